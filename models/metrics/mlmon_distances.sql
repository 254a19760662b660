{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'to_judge'}) }}
{{ mlmon.table_layout() }}
{%- set key = ['monitor', 'model_version', 'window_start', 'segment', 'segment_value', 'column_name', 'column_role'] %}
{%- set keys = key | join(', ') %}
{%- set column_key = ['monitor', 'column_name', 'column_role'] %}
{%- set series_key = ['monitor', 'model_version', 'segment', 'segment_value', 'column_name', 'column_role'] %}
{%- set reference_key = ['monitor', 'segment', 'segment_value', 'column_name', 'column_role'] %}
{%- set double = mlmon.sql_type('double') %}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
-- A column of a segment in a window is a target. Targets and their references are numbered, so that what follows joins and sorts by a number.
with profile as (
    select profile.*
    from {{ ref('mlmon_profile') }} as profile
    {{- mlmon.only_windows_to_judge('profile') }}
),

-- a bin's group for PSI; NULL, invalid, other and unseen are groups of their own
bin_groups as (
    select monitor, column_name, column_role, bin, max(psi_group) as psi_group, max(center) as center
    from {{ ref('mlmon_bins') }}
    group by monitor, column_name, column_role, bin
),

numeric_columns as (
    select monitor, column_name, column_role, max(center) as center
    from bin_groups
    group by monitor, column_name, column_role
    having max(center) is not null
),

moments as (
    select
        {% for name in key %}profile.{{ name }}, {% endfor %}
        max(profile.window_end) as window_end,
        max(case when profile.is_reference then 1 else 0 end) as is_reference,
        max(numeric_columns.center) as center,
        sum(profile.n) as n,
        sum(case when profile.bin = 'null' then profile.n else 0 end) as n_null,
        sum(case when profile.bin = 'invalid' then profile.n else 0 end) as n_invalid,
        sum(case when profile.bin = 'unseen' then profile.n else 0 end) as n_unseen,
        cast(sum(case when profile.minimum is not null then profile.n end) as {{ double }}) as n_finite,
        {{ mlmon.known_sum('profile.total', 'profile.minimum') }} as total,
        {{ mlmon.known_sum('profile.centered_sq', 'profile.minimum') }} as centered_sq
    from profile
    left join numeric_columns on {{ mlmon.same_row('numeric_columns', 'profile', column_key) }}
    group by {% for name in key %}profile.{{ name }}{{ ", " if not loop.last }}{% endfor %}
),

reference_moments as (
    select
        row_number() over (order by {% for name in reference_key %}reference.{{ name }}{{ ", " if not loop.last }}{% endfor %}) as reference_number,
        {% for name in reference_key %}reference.{{ name }}, {% endfor %}
        cast(sum(reference.n) as {{ double }}) as n,
        cast(sum(case when reference.minimum is not null then reference.n end) as {{ double }}) as n_finite,
        {{ mlmon.stddev_from_sums(
            'sum(case when reference.minimum is not null then reference.n end)',
            mlmon.known_sum('reference.total', 'reference.minimum'), mlmon.known_sum('reference.centered_sq', 'reference.minimum'), 'max(numeric_columns.center)') }} as stddev
    from {{ ref('mlmon_reference') }} as reference
    left join numeric_columns on {{ mlmon.same_row('numeric_columns', 'reference', column_key) }}
    group by {% for name in reference_key %}reference.{{ name }}{{ ", " if not loop.last }}{% endfor %}
),

-- a target less its window
series as {{ mlmon.materialized_cte() }} (
    select {{ series_key | join(', ') }}, row_number() over (order by {{ series_key | join(', ') }}) as series_number
    from moments
    group by {{ series_key | join(', ') }}
),

targets as {{ mlmon.materialized_cte() }} (
    select
        row_number() over (order by series.series_number, moments.window_start) as target,
        series.series_number,
        moments.*,
        reference_moments.reference_number, reference_moments.n as n_reference, reference_moments.n_finite as n_finite_reference,
        reference_moments.stddev as reference_stddev
    from moments
    inner join series on {{ mlmon.same_row('series', 'moments', series_key) }}
    left join reference_moments on {{ mlmon.same_row('reference_moments', 'moments', reference_key) }}
),

-- the windows that end with a window to judge and are pooled with it
source_windows as (
    select
        scoped.monitor, scoped.window_start as target_start,
        {{ mlmon.add_windows('monitors.' ~ mlmon.reserved_name('window'), 'scoped.window_start', '-1 * (tens.digit * 10 + ones.digit)') }} as window_start
    from (select distinct monitor, window_start from targets) as scoped
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = scoped.monitor
    cross join {{ mlmon.digits() }} as tens
    cross join {{ mlmon.digits() }} as ones
    where tens.digit * 10 + ones.digit < monitors.pooled_windows
),

group_counts as (
    select
        profile.monitor, profile.model_version, profile.window_start, profile.segment, profile.segment_value,
        profile.column_name, profile.column_role, coalesce(bin_groups.psi_group, profile.bin) as psi_group,
        cast(sum(profile.n) as {{ double }}) as n
    from {{ ref('mlmon_profile') }} as profile
    inner join (select distinct monitor, window_start from source_windows) as sources
        on sources.monitor = profile.monitor and sources.window_start = profile.window_start
        and {{ mlmon.near_windows_to_judge('profile', before='cast(monitors.windows_before as ' ~ dbt.type_int() ~ ')') }}
    left join bin_groups
        on {{ mlmon.same_row('bin_groups', 'profile', column_key) }} and bin_groups.bin = profile.bin
    group by
        profile.monitor, profile.model_version, profile.window_start, profile.segment, profile.segment_value,
        profile.column_name, profile.column_role, coalesce(bin_groups.psi_group, profile.bin)
),

numbered_counts as {{ mlmon.materialized_cte() }} (
    select series.series_number, group_counts.monitor, group_counts.window_start, group_counts.psi_group, group_counts.n
    from group_counts
    inner join series on {{ mlmon.same_row('series', 'group_counts', series_key) }}
),

reference_counts as (
    select reference_moments.reference_number, reference.psi_group, cast(sum(reference.n) as {{ double }}) as n
    from {{ ref('mlmon_reference') }} as reference
    inner join reference_moments on {{ mlmon.same_row('reference_moments', 'reference', reference_key) }}
    group by reference_moments.reference_number, reference.psi_group
),

spans as (
    select 0 as is_pooled, targets.target, numbered_counts.psi_group, numbered_counts.n
    from numbered_counts
    inner join targets
        on targets.series_number = numbered_counts.series_number and targets.window_start = numbered_counts.window_start
    union all
    select 1 as is_pooled, targets.target, numbered_counts.psi_group, numbered_counts.n
    from numbered_counts
    inner join source_windows
        on source_windows.monitor = numbered_counts.monitor and source_windows.window_start = numbered_counts.window_start
    inner join targets
        on targets.series_number = numbered_counts.series_number and targets.window_start = source_windows.target_start
),

both_sides as (
    select is_pooled, target, psi_group, n as b, 0 as a
    from spans
    union all
    select kinds.digit as is_pooled, targets.target, reference_counts.psi_group, 0 as b, reference_counts.n as a
    from targets
    inner join reference_counts on reference_counts.reference_number = targets.reference_number
    cross join {{ mlmon.digits() }} as kinds
    where kinds.digit <= 1
),

by_group as {{ mlmon.materialized_cte() }} (
    select is_pooled, target, psi_group, sum(b) as b, sum(a) as a
    from both_sides
    group by is_pooled, target, psi_group
),

-- NULL, invalid and unseen values are judged by their own rates: the shape is that of all others
shaped as (
    select
        *,
        case when psi_group not in ('null', 'invalid', 'unseen') then b end as shape_b,
        case when psi_group not in ('null', 'invalid', 'unseen') then a end as shape_a
    from by_group
),

sizes as (
    select is_pooled, target, sum(b) as n, sum(a) as m, coalesce(sum(shape_b), 0) as shape_n, coalesce(sum(shape_a), 0) as shape_m
    from shaped
    group by is_pooled, target
),

shares as (
    select
        shaped.is_pooled, shaped.target, shaped.b, shaped.a, sizes.n, sizes.m, shaped.shape_b, shaped.shape_a, sizes.shape_n, sizes.shape_m,
        shaped.b / nullif(sizes.n, 0) as pb, shaped.a / nullif(sizes.m, 0) as pa,
        shaped.shape_b / nullif(sizes.shape_n, 0) as shape_pb, shaped.shape_a / nullif(sizes.shape_m, 0) as shape_pa,
        (shaped.shape_a + shaped.shape_b) * sizes.shape_n / nullif(sizes.shape_n + sizes.shape_m, 0) as expected
    from shaped
    inner join sizes on sizes.is_pooled = shaped.is_pooled and sizes.target = shaped.target
),

compared as (
    select
        is_pooled, target, max(shape_n) as n, max(shape_m) as m, max(n) as n_all, max(m) as m_all,
        {{ mlmon.psi('pb', 'pa') }} as psi,
        {{ mlmon.js_distance('pb', 'pa') }} as js_distance,
        {{ mlmon.hellinger('pb', 'pa') }} as hellinger,
        {{ mlmon.tv_distance('pb', 'pa') }} as tv_distance,
        {{ mlmon.chi2('b', 'a', 'n', 'm') }} as chi2,
        case when max(m) > 0 then count(*) - 1 end as chi2_df,
        {{ mlmon.psi('shape_pb', 'shape_pa') }} as shape_psi,
        {{ mlmon.excess_over_rest('shape_b', 'shape_a', 'shape_n', 'shape_m') }} as excess_over_rest,
        {{ mlmon.chi2('shape_b', 'shape_a', 'shape_n', 'shape_m') }} as shape_chi2,
        case when max(shape_n) > 0 and max(shape_m) > 0 then count(shape_b) - 1 end as shape_df,
        -- the groups in which less than one row is expected, and the others
        min(expected) as least_expected,
        {{ mlmon.chi2('case when expected >= 1 then shape_b end', 'case when expected >= 1 then shape_a end', 'shape_n', 'shape_m') }} as chi2_filled,
        count(case when expected >= 1 then 1 end) as n_filled,
        sum(case when expected >= 1 then 1.0 / (shape_a + shape_b) else 0 end) as filled_inverse,
        sum(case when expected < 1 then shape_b else 0 end) as rare_b,
        sum(case when expected < 1 then shape_a else 0 end) as rare_a
    from shares
    group by is_pooled, target
),

evened as (
    select *, {{ mlmon.sparse_df() }} as df_sparse, {{ mlmon.sparse_scale() }} as sparse_scale
    from compared
),

with_excess as {{ mlmon.materialized_cte() }} (
    select
        is_pooled, target, n, m, n_all, psi, js_distance, hellinger, tv_distance, chi2, chi2_df,
        psi - chi2_df * (1.0 / nullif(n_all, 0) + 1.0 / nullif(m_all, 0)) as psi_excess,
        case when shape_df is not null then shape_psi - shape_df * (1.0 / nullif(n, 0) + 1.0 / nullif(m, 0)) end as shape_excess,
        shape_chi2, shape_df, excess_over_rest,
        case when shape_df is null then null when least_expected >= 5 then shape_chi2 else {{ mlmon.sparse_chi2() }} / sparse_scale end as chi2_sparse,
        case when shape_df is null then null when least_expected >= 5 then shape_df else df_sparse / sparse_scale end as chi2_df_sparse
    from evened
),

-- quantiles, Kolmogorov-Smirnov and Wasserstein over all bins of what is finite
bins as {{ mlmon.materialized_cte() }} (
    select targets.target, {{ mlmon.bin_position('profile.bin') }} as bin, profile.n, profile.total, profile.minimum, profile.maximum, targets.n_finite
    from profile
    inner join targets on {{ mlmon.same_row('targets', 'profile', key) }} and targets.center is not null
    where profile.bin not in ('null', 'invalid')
),

ranked_bins as (
    select
        target, n, minimum, maximum, n_finite,
        sum(n) over (partition by target order by bin rows unbounded preceding) - n as n_before,
        lead(minimum) over (partition by target order by bin) as next_minimum
    from bins
),

quantiles as (
    select
        target,
        {{ mlmon.bin_quantile(0.05) }} as p05,
        {{ mlmon.bin_quantile(0.25) }} as p25,
        {{ mlmon.bin_quantile(0.5) }} as p50,
        {{ mlmon.bin_quantile(0.75) }} as p75,
        {{ mlmon.bin_quantile(0.95) }} as p95
    from ranked_bins
    group by target
),

reference_bins as (
    select
        reference_moments.reference_number, {{ mlmon.bin_position('reference.bin') }} as bin, reference.n,
        reference.n / nullif(reference_moments.n_finite, 0) as share, reference.total / nullif(reference.n, 0) as mean_x,
        reference.minimum, reference.maximum
    from {{ ref('mlmon_reference') }} as reference
    inner join reference_moments on {{ mlmon.same_row('reference_moments', 'reference', reference_key) }}
    inner join numeric_columns on {{ mlmon.same_row('numeric_columns', 'reference', column_key) }}
    where reference.bin not in ('null', 'invalid')
),

expected_bins as (
    select targets.target, reference_bins.bin, reference_bins.share, reference_bins.n, reference_bins.mean_x, reference_bins.minimum, reference_bins.maximum
    from targets
    inner join reference_bins on reference_bins.reference_number = targets.reference_number
    where targets.n_finite > 0
),

fine as (
    select
        coalesce(bins.target, expected_bins.target) as target,
        coalesce(bins.bin, expected_bins.bin) as bin,
        coalesce(bins.n / nullif(bins.n_finite, 0), 0) as pb,
        bins.n as b_n, bins.total / nullif(bins.n, 0) as b_mean, bins.minimum as b_minimum, bins.maximum as b_maximum,
        coalesce(expected_bins.share, 0) as pa,
        expected_bins.n as a_n, expected_bins.mean_x as a_mean, expected_bins.minimum as a_minimum, expected_bins.maximum as a_maximum
    from bins
    full outer join expected_bins on expected_bins.target = bins.target and expected_bins.bin = bins.bin
),

fine_shares as (
    select
        *,
        {#- least and greatest of two of which one may be NULL -#}
        least(coalesce(b_mean, a_mean), coalesce(a_mean, b_mean)) as first_x,
        greatest(coalesce(b_mean, a_mean), coalesce(a_mean, b_mean)) as last_x,
        case when coalesce(b_mean <= a_mean, b_mean is not null) then pb else -pa end as first_step
    from fine
),

steps as (
    select
        *,
        sum(pb - pa) over (partition by target order by bin rows unbounded preceding) - (pb - pa) as gap_before,
        lag(last_x) over (partition by target order by bin) as previous_x
    from fine_shares
),

distances as (
    select
        target,
        max({{ mlmon.greatest_gap_in_bin() }}) as ks,
        case
            when count(b_minimum) = count(b_mean) and count(a_minimum) = count(a_mean)
                then sum(abs(gap_before) * coalesce(first_x - previous_x, 0) + abs(gap_before + first_step) * (last_x - first_x))
        end as wasserstein
    from steps
    group by target
)

select
    {% for name in key[:3] %}targets.{{ name }}, {% endfor %}targets.window_end, targets.is_reference = 1 as is_reference,
    {% for name in key[3:] %}targets.{{ name }}, {% endfor %}'reference' as compared_to,
    targets.n,
    cast(coalesce(targets.n_reference, 0) as {{ dbt.type_bigint() }}) as n_reference,
    {{ mlmon.ratio('targets.n_null', 'targets.n') }} as null_rate,
    {{ mlmon.ratio('targets.n_invalid', 'targets.n') }} as invalid_rate,
    targets.total / nullif(targets.n_finite, 0) as mean,
    {{ mlmon.stddev_from_sums('targets.n_finite', 'targets.total', 'targets.centered_sq', 'targets.center') }} as stddev,
    quantiles.p05, quantiles.p25, quantiles.p50, quantiles.p75, quantiles.p95,
    single.psi, single.psi_excess, single.js_distance, single.hellinger,
    case when targets.n_finite_reference > 0 then distances.ks end as ks,
    case when targets.n_finite_reference > 0 then distances.wasserstein / nullif(targets.reference_stddev, 0) end as wasserstein,
    single.tv_distance, single.chi2, single.chi2_df,
    cast(pooled.n_all as {{ dbt.type_bigint() }}) as n_pooled,
    pooled.psi_excess as psi_excess_pooled, pooled.chi2 as chi2_pooled, pooled.chi2_df as chi2_df_pooled,
    single.chi2_sparse, cast(single.chi2_df_sparse as {{ double }}) as chi2_df_sparse,
    pooled.chi2_sparse as chi2_sparse_pooled, cast(pooled.chi2_df_sparse as {{ double }}) as chi2_df_sparse_pooled,
    case when targets.center is null then {{ mlmon.ratio('targets.n_unseen', 'targets.n') }} end as unseen_rate,
    cast(single.n as {{ dbt.type_bigint() }}) as shape_n, cast(single.m as {{ dbt.type_bigint() }}) as shape_n_reference,
    single.shape_excess, single.shape_chi2, cast(single.shape_df as {{ dbt.type_bigint() }}) as shape_df,
    cast(pooled.n as {{ dbt.type_bigint() }}) as shape_n_pooled, pooled.shape_excess as shape_excess_pooled,
    case when targets.is_reference = 1 then single.excess_over_rest end as excess_over_rest,
    case when targets.is_reference = 1 then pooled.excess_over_rest end as excess_over_rest_pooled
from targets
inner join with_excess as single on single.target = targets.target and single.is_pooled = 0
inner join with_excess as pooled on pooled.target = targets.target and pooled.is_pooled = 1
left join quantiles on quantiles.target = targets.target
left join distances on distances.target = targets.target
