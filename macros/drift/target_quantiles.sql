{#- Quantiles of the finite values of each target, as a query. `bins`: a relation with target, bin, n, minimum, maximum, n_finite. -#}
{% macro target_quantiles(bins) -%}
with ranked_bins as (
    select
        target, n, minimum, maximum, n_finite,
        sum(n) over (partition by target order by bin rows unbounded preceding) - n as n_before,
        lead(minimum) over (partition by target order by bin) as next_minimum
    from {{ bins }}
)

select
    target,
    {{ mlmon.bin_quantile(0.05) }} as p05,
    {{ mlmon.bin_quantile(0.25) }} as p25,
    {{ mlmon.bin_quantile(0.5) }} as p50,
    {{ mlmon.bin_quantile(0.75) }} as p75,
    {{ mlmon.bin_quantile(0.95) }} as p95
from ranked_bins
group by target
{%- endmacro %}
