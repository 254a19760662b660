{#- How far the values of a column lie from those of its baseline, over all bins of what is finite, as a query: (target, ks, wasserstein), the latter in the column's unit.
    `bins`, `expected_bins`: relations with target, bin, n, minimum, maximum, and n_finite and total of the target, share and mean_x of its baseline. -#}
{% macro shape_distances(bins, expected_bins) -%}
with both_sides as (
    select
        coalesce(bins.target, expected_bins.target) as target,
        coalesce(bins.bin, expected_bins.bin) as bin,
        coalesce(bins.n / nullif(bins.n_finite, 0), 0) as pb,
        bins.n as b_n, bins.total / nullif(bins.n, 0) as b_mean, bins.minimum as b_minimum, bins.maximum as b_maximum,
        coalesce(expected_bins.share, 0) as pa,
        expected_bins.n as a_n, expected_bins.mean_x as a_mean, expected_bins.minimum as a_minimum, expected_bins.maximum as a_maximum
    from {{ bins }} as bins
    full outer join {{ expected_bins }} as expected_bins on expected_bins.target = bins.target and expected_bins.bin = bins.bin
),

points as (
    select
        *,
        {#- least and greatest of two of which one may be NULL -#}
        least(coalesce(b_mean, a_mean), coalesce(a_mean, b_mean)) as first_x,
        greatest(coalesce(b_mean, a_mean), coalesce(a_mean, b_mean)) as last_x,
        case when coalesce(b_mean <= a_mean, b_mean is not null) then pb else -pa end as first_step
    from both_sides
),

steps as (
    select
        *,
        sum(pb - pa) over (partition by target order by bin rows unbounded preceding) - (pb - pa) as gap_before,
        lag(last_x) over (partition by target order by bin) as previous_x
    from points
)

select
    target,
    max({{ mlmon.greatest_gap_in_bin() }}) as ks,
    case
        when count(b_minimum) = count(b_mean) and count(a_minimum) = count(a_mean)
            then sum(abs(gap_before) * coalesce(first_x - previous_x, 0) + abs(gap_before + first_step) * (last_x - first_x))
    end as wasserstein
from steps
group by target
{%- endmacro %}
