{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'scope'}) }}
{%- set key = ['monitor', 'model_version', 'window_start', 'segment', 'segment_value', 'column_name', 'column_role'] %}
{%- set keys = key | join(', ') %}
-- depends_on: {{ ref('mlmon_scope') }}
with profile as (
    select profile.*
    from {{ ref('mlmon_profile') }} as profile
    {{- mlmon.in_scope('profile') }}
),

-- a bin's group for PSI; NULL, invalid, other and unseen are groups of their own
bin_groups as (
    select monitor, column_name, column_role, bin, max(psi_group) as psi_group, max(center) as center
    from {{ ref('mlmon_bins') }}
    group by monitor, column_name, column_role, bin
),

column_centers as (
    select monitor, column_name, column_role, max(center) as center
    from bin_groups
    group by monitor, column_name, column_role
),

-- the seven windows that end with a window in scope
source_windows as (
    select
        targets.monitor, targets.window_start as target_start, offsets.digit as distance,
        {{ mlmon.add_windows('monitors.' ~ adapter.quote('window'), 'targets.window_start', '-1 * offsets.digit') }} as window_start
    from (select distinct monitor, window_start from profile) as targets
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = targets.monitor
    cross join {{ mlmon.digits() }} as offsets
    where offsets.digit <= 6
),

group_counts as (
    select
        profile.monitor, profile.model_version, profile.window_start, profile.segment, profile.segment_value,
        profile.column_name, profile.column_role, coalesce(bin_groups.psi_group, profile.bin) as psi_group,
        sum(profile.n) as n
    from {{ ref('mlmon_profile') }} as profile
    inner join (select distinct monitor, window_start from source_windows) as sources
        on sources.monitor = profile.monitor and sources.window_start = profile.window_start
    left join bin_groups
        on bin_groups.monitor = profile.monitor and bin_groups.column_name = profile.column_name
        and bin_groups.column_role = profile.column_role and bin_groups.bin = profile.bin
    group by profile.monitor, profile.model_version, profile.window_start, profile.segment, profile.segment_value,
        profile.column_name, profile.column_role, coalesce(bin_groups.psi_group, profile.bin)
),

reference_counts as (
    select monitor, segment, segment_value, column_name, column_role, psi_group, sum(n) as n
    from {{ ref('mlmon_reference') }}
    group by monitor, segment, segment_value, column_name, column_role, psi_group
),

targets as (
    select distinct {{ keys }} from profile
),

spans as (
    select 'window' as span, {{ keys }}, psi_group, n
    from group_counts
    union all
    select
        'pooled' as span,
        group_counts.monitor, group_counts.model_version, source_windows.target_start, group_counts.segment, group_counts.segment_value,
        group_counts.column_name, group_counts.column_role, group_counts.psi_group, sum(group_counts.n)
    from group_counts
    inner join source_windows
        on source_windows.monitor = group_counts.monitor and source_windows.window_start = group_counts.window_start
    group by group_counts.monitor, group_counts.model_version, source_windows.target_start, group_counts.segment, group_counts.segment_value,
        group_counts.column_name, group_counts.column_role, group_counts.psi_group
),

both_sides as (
    select spans.span, {% for name in key %}spans.{{ name }}, {% endfor %}spans.psi_group, spans.n as b, 0 as a
    from spans
    inner join targets on {{ mlmon.same_row('targets', 'spans', key) }}
    union all
    select kinds.span, {% for name in key %}targets.{{ name }}, {% endfor %}reference_counts.psi_group, 0, reference_counts.n
    from targets
    cross join (select 'window' as span union all select 'pooled') as kinds
    inner join reference_counts
        on {{ mlmon.same_row('reference_counts', 'targets', ['monitor', 'segment', 'segment_value', 'column_name', 'column_role']) }}
),

by_group as (
    select span, {{ keys }}, psi_group, cast(sum(b) as {{ mlmon.sql_type('double') }}) as b, cast(sum(a) as {{ mlmon.sql_type('double') }}) as a
    from both_sides
    group by span, {{ keys }}, psi_group
),

with_totals as (
    select
        *,
        sum(b) over (partition by span, {{ keys }}) as n,
        sum(a) over (partition by span, {{ keys }}) as m
    from by_group
),

shares as (
    select *, b / nullif(n, 0) as pb, a / nullif(m, 0) as pa
    from with_totals
    where n > 0
),

compared as (
    select
        span, {{ keys }}, max(n) as n, max(m) as m,
        {{ mlmon.psi('pb', 'pa') }} as psi,
        {{ mlmon.js_distance('pb', 'pa') }} as js_distance,
        {{ mlmon.hellinger('pb', 'pa') }} as hellinger,
        {{ mlmon.tv_distance('pb', 'pa') }} as tv_distance,
        {{ mlmon.chi2('b', 'a', 'n', 'm') }} as chi2,
        case when max(m) > 0 then count(*) - 1 end as chi2_df
    from shares
    group by span, {{ keys }}
),

with_excess as (
    select *, psi - chi2_df * (1.0 / nullif(n, 0) + 1.0 / nullif(m, 0)) as psi_excess
    from compared
),

-- means and quantiles over what is finite, window by window
numeric_columns as (
    select distinct monitor, column_name, column_role from {{ ref('mlmon_bins') }} where center is not null
),

bins as (
    select profile.*
    from profile
    inner join numeric_columns on {{ mlmon.same_row('numeric_columns', 'profile', ['monitor', 'column_name', 'column_role']) }}
    where profile.bin not in ('null', 'invalid')
),

moments as (
    select
        {% for name in key %}profile.{{ name }}, {% endfor %}
        max(profile.window_end) as window_end,
        max(case when profile.is_reference then 1 else 0 end) as is_reference,
        sum(profile.n) as n,
        sum(case when profile.bin = 'null' then profile.n else 0 end) as n_null,
        sum(case when profile.bin = 'invalid' then profile.n else 0 end) as n_invalid,
        sum(case when profile.total is not null then profile.n end) as n_finite,
        sum(profile.total) as total,
        sum(profile.centered_sq) as centered_sq,
        max(column_centers.center) as center
    from profile
    left join column_centers on {{ mlmon.same_row('column_centers', 'profile', ['monitor', 'column_name', 'column_role']) }}
    group by {% for name in key %}profile.{{ name }}{{ ", " if not loop.last }}{% endfor %}
),

ranked_bins as (
    select
        {{ keys }}, n, minimum, maximum,
        sum(n) over (partition by {{ keys }}) as n_finite,
        sum(n) over (partition by {{ keys }} order by bin rows unbounded preceding) - n as n_before,
        lead(minimum) over (partition by {{ keys }} order by bin) as next_minimum
    from bins
),

quantiles as (
    select
        {{ keys }}
        {%- for name, fraction in [['p05', 0.05], ['p25', 0.25], ['p50', 0.5], ['p75', 0.75], ['p95', 0.95]] %},
        {{ mlmon.bin_quantile(fraction) }} as {{ name }}
        {%- endfor %}
    from ranked_bins
    group by {{ keys }}
),

-- Kolmogorov-Smirnov and Wasserstein over all bins
fine_sides as (
    select {{ keys }}, bin, n as b, total as b_total, 0 as a, null as a_total
    from bins
    union all
    select {% for name in key %}targets.{{ name }}, {% endfor %}reference.bin, 0, null, reference.n, reference.total
    from targets
    inner join numeric_columns on {{ mlmon.same_row('numeric_columns', 'targets', ['monitor', 'column_name', 'column_role']) }}
    inner join {{ ref('mlmon_reference') }} as reference
        on {{ mlmon.same_row('reference', 'targets', ['monitor', 'segment', 'segment_value', 'column_name', 'column_role']) }}
        and reference.bin not in ('null', 'invalid')
),

fine as (
    select
        {{ keys }}, bin,
        cast(sum(b) as {{ mlmon.sql_type('double') }}) as b, cast(sum(a) as {{ mlmon.sql_type('double') }}) as a,
        sum(b_total) / nullif(sum(b), 0) as b_mean,
        sum(a_total) / nullif(sum(a), 0) as a_mean
    from fine_sides
    group by {{ keys }}, bin
),

fine_shares as (
    select
        {{ keys }}, bin,
        b / nullif(sum(b) over (partition by {{ keys }}), 0) as pb,
        a / nullif(sum(a) over (partition by {{ keys }}), 0) as pa,
        {#- least and greatest of two of which one may be NULL -#}
        least(coalesce(b_mean, a_mean), coalesce(a_mean, b_mean)) as first_x,
        greatest(coalesce(b_mean, a_mean), coalesce(a_mean, b_mean)) as last_x,
        coalesce(b_mean <= a_mean, b_mean is not null) as is_b_first
    from fine
),

steps as (
    select
        {{ keys }}, pb, pa, first_x, last_x, is_b_first,
        sum(pb - pa) over (partition by {{ keys }} order by bin rows unbounded preceding) as gap_after,
        sum(pb - pa) over (partition by {{ keys }} order by bin rows unbounded preceding) - (pb - pa) as gap_before,
        lag(last_x) over (partition by {{ keys }} order by bin) as previous_x
    from fine_shares
),

distances as (
    select
        {{ keys }},
        max(abs(gap_after)) as ks,
        sum(
            abs(gap_before) * coalesce(first_x - previous_x, 0)
            + abs(gap_before + case when is_b_first then pb else -pa end) * (last_x - first_x)
        ) as wasserstein
    from steps
    group by {{ keys }}
),

reference_moments as (
    select
        reference.monitor, reference.segment, reference.segment_value, reference.column_name, reference.column_role,
        {{ mlmon.stddev_from_sums('sum(reference.n)', 'sum(reference.total)', 'sum(reference.centered_sq)', 'max(column_centers.center)') }} as stddev
    from {{ ref('mlmon_reference') }} as reference
    inner join column_centers on {{ mlmon.same_row('column_centers', 'reference', ['monitor', 'column_name', 'column_role']) }}
    where reference.total is not null
    group by reference.monitor, reference.segment, reference.segment_value, reference.column_name, reference.column_role
)

select
    moments.monitor, moments.model_version, moments.window_start, moments.window_end, moments.is_reference = 1 as is_reference,
    moments.segment, moments.segment_value, moments.column_name, moments.column_role,
    moments.n,
    cast(coalesce(single.m, 0) as {{ dbt.type_bigint() }}) as n_reference,
    moments.n_null * 1.0 / moments.n as null_rate,
    moments.n_invalid * 1.0 / moments.n as invalid_rate,
    moments.total / nullif(moments.n_finite, 0) as mean,
    {{ mlmon.stddev_from_sums('moments.n_finite', 'moments.total', 'moments.centered_sq', 'moments.center') }} as stddev,
    quantiles.p05, quantiles.p25, quantiles.p50, quantiles.p75, quantiles.p95,
    single.psi, single.psi_excess, single.js_distance, single.hellinger,
    distances.ks,
    distances.wasserstein / nullif(reference_moments.stddev, 0) as wasserstein,
    single.tv_distance, single.chi2, single.chi2_df,
    cast(pooled.n as {{ dbt.type_bigint() }}) as n_pooled,
    pooled.psi_excess as psi_excess_pooled, pooled.chi2 as chi2_pooled, pooled.chi2_df as chi2_df_pooled
from moments
inner join with_excess as single on {{ mlmon.same_row('single', 'moments', key) }} and single.span = 'window'
inner join with_excess as pooled on {{ mlmon.same_row('pooled', 'moments', key) }} and pooled.span = 'pooled'
left join quantiles on {{ mlmon.same_row('quantiles', 'moments', key) }}
left join distances on {{ mlmon.same_row('distances', 'moments', key) }}
left join reference_moments
    on {{ mlmon.same_row('reference_moments', 'moments', ['monitor', 'segment', 'segment_value', 'column_name', 'column_role']) }}
