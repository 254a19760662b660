{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'to_judge_in_predictions'}) }}
{{ mlmon.table_layout() }}
{%- set key = ['monitor', 'model_version', 'window_start', 'segment', 'segment_value', 'column_name', 'column_role'] %}
{%- set column_key = ['monitor', 'column_name', 'column_role'] %}
{%- set series_key = ['monitor', 'model_version', 'segment', 'segment_value', 'column_name', 'column_role'] %}
{%- set moves = mlmon.has_moving_baselines() %}
{%- set versions = mlmon.compares_versions() %}
{%- set member_version, judged_start = "'all'", mlmon.judged_start(mlmon.compared_to(), 'moments') %}
{%- if versions %}{% set member_version, judged_start = "coalesce(version_members.member_version, 'all')", 'coalesce(version_members.last_start, ' ~ judged_start ~ ')' %}{% endif %}
{%- set is_near = mlmon.near_windows_to_judge('profile', before=mlmon.windows_to_look_back(), in_predictions=true) %}
{%- set baseline_key = ['monitor', 'segment', 'segment_value', 'column_name', 'column_role', 'compared_to'] + (['member_version', 'judged_start'] if moves else []) %}
{%- set spread = ['member_windows', 'member_chi2', 'member_chi2_variance', 'member_df', 'shape_member_windows', 'shape_member_chi2', 'shape_member_chi2_variance', 'shape_member_df', 'member_excess'] %}
{%- set double = mlmon.sql_type('double') %}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
-- depends_on: {{ ref('mlmon_calendar') }}
-- depends_on: {{ ref('mlmon_log_health') }}
-- A column of a segment in a window, compared with a baseline, is a target. Targets and their baselines are numbered, so that what follows joins and sorts by a number.
with profile as (
    select profile.*
    from {{ ref('mlmon_profile') }} as profile
    {{- mlmon.only_windows_to_judge('profile', in_predictions=true) }}
),

-- a bin's group for PSI; NULL, invalid, other and unseen are groups of their own
bin_groups as (
    select monitor, column_name, column_role, bin, max(psi_group) as psi_group, max(center) as center
    from {{ ref('mlmon_bins') }}
    group by monitor, column_name, column_role, bin
),

{% if moves -%}
{% if versions -%}
version_members as {{ mlmon.materialized_cte() }} (
    {{ mlmon.version_members(in_predictions=true) }}
),

{% endif -%}
members as {{ mlmon.materialized_cte() }} (
    {{ mlmon.member_windows('version_members', in_predictions=true, pinned=true) }}
),

{% endif -%}
baseline_bins as (
    {{ mlmon.baseline_bins('members', 'bin_groups', is_near) }}
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
        sum(case when profile.bin = 'null' then profile.n else 0 end) as n_null,
        sum(case when profile.bin = 'invalid' then profile.n else 0 end) as n_invalid,
        sum(case when profile.bin = 'unseen' then profile.n else 0 end) as n_unseen,
        {{ mlmon.column_moments('profile', 'numeric_columns') }}
    from profile
    left join numeric_columns on {{ mlmon.same_row('numeric_columns', 'profile', column_key) }}
    group by {% for name in key %}profile.{{ name }}{{ ", " if not loop.last }}{% endfor %}
),

baseline_moments as (
    select
        row_number() over (order by {% for name in baseline_key %}baseline_bins.{{ name }}{{ ", " if not loop.last }}{% endfor %}) as baseline_number,
        {% for name in baseline_key %}baseline_bins.{{ name }}, {% endfor %}
        {{ mlmon.column_moments('baseline_bins', 'numeric_columns') }}
    from baseline_bins
    left join numeric_columns on {{ mlmon.same_row('numeric_columns', 'baseline_bins', column_key) }}
    group by {% for name in baseline_key %}baseline_bins.{{ name }}{{ ", " if not loop.last }}{% endfor %}
),

-- a target less its window and its baseline
series as {{ mlmon.materialized_cte() }} (
    select {{ series_key | join(', ') }}, row_number() over (order by {{ series_key | join(', ') }}) as series_number
    from moments
    group by {{ series_key | join(', ') }}
),

compared_moments as (
    select moments.*, {{ mlmon.compared_to() }} as compared_to{% if moves %}, {{ member_version }} as member_version, {{ judged_start }} as judged_start{% endif %}
    from moments
    {{ mlmon.join_baselines('moments') }}
    {%- if versions %}
    left join version_members
        on {{ mlmon.same_row('version_members', 'moments', ['monitor', 'model_version', 'window_start']) }} and version_members.compared_to = {{ mlmon.compared_to() }}
    {%- endif %}
),

targets as {{ mlmon.materialized_cte() }} (
    select
        row_number() over (order by series.series_number, moments.window_start, moments.compared_to) as target,
        series.series_number,
        moments.*,
        baseline_moments.baseline_number, cast(baseline_moments.n as {{ double }}) as baseline_n, baseline_moments.n_finite as baseline_n_finite,
        {{ mlmon.stddev_from_sums('baseline_moments.n_finite', 'baseline_moments.total', 'baseline_moments.centered_sq', 'baseline_moments.center') }} as baseline_stddev
    from compared_moments as moments
    inner join series on {{ mlmon.same_row('series', 'moments', series_key) }}
    left join baseline_moments on {{ mlmon.same_row('baseline_moments', 'moments', baseline_key) }}
),

baseline_groups as (
    select spans.digit as is_pooled, baseline_moments.baseline_number, baseline_bins.psi_group, cast(sum(baseline_bins.n) as {{ double }}) as n
    from baseline_bins
    inner join baseline_moments on {{ mlmon.same_row('baseline_moments', 'baseline_bins', baseline_key) }}
    inner join {{ mlmon.digits() }} as spans on spans.digit <= 1
    {%- if moves %}
    where spans.digit = 0 or baseline_bins.judged_start = {{ mlmon.any_window() }}
    {%- endif %}
    group by spans.digit, baseline_moments.baseline_number, baseline_bins.psi_group
    {%- if moves %}
    union all
    -- windows that are pooled are compared with the members of each of them; added up before they are joined, for they are many
    select 1, baseline_moments.baseline_number, pooled.psi_group, pooled.n
    from (
        select
            members.compared_to, members.member_version, members.window_start as judged_start, {% for name in baseline_key[:5] %}profile.{{ name }}, {% endfor %}
            coalesce(bin_groups.psi_group, profile.bin) as psi_group, cast(sum(profile.n) as {{ double }}) as n
        from members
        inner join {{ ref('mlmon_profile') }} as profile
            on profile.monitor = members.monitor and profile.window_start = members.member_start and profile.model_version = members.member_version and {{ is_near }}
        left join bin_groups on {{ mlmon.same_row('bin_groups', 'profile', ['monitor', 'column_name', 'column_role', 'bin']) }}
        where members.is_pooled = 1
        group by
            members.compared_to, members.member_version, members.window_start, {% for name in baseline_key[:5] %}profile.{{ name }}, {% endfor %}
            coalesce(bin_groups.psi_group, profile.bin)
    ) as pooled
    inner join baseline_moments on {{ mlmon.same_row('baseline_moments', 'pooled', baseline_key) }}
    {%- endif %}
),

by_group as {{ mlmon.materialized_cte() }} (
    {{ mlmon.compared_groups('targets', 'series', 'bin_groups', 'baseline_groups', is_near) }}
),

group_distances as {{ mlmon.materialized_cte() }} (
    {{ mlmon.group_distances('by_group') }}
),

-- all bins of what is finite
bins as {{ mlmon.materialized_cte() }} (
    select targets.target, {{ mlmon.bin_position('profile.bin') }} as bin, profile.n, profile.total, profile.minimum, profile.maximum, targets.n_finite
    from profile
    inner join targets on {{ mlmon.same_row('targets', 'profile', key) }} and targets.center is not null
    where profile.bin not in ('null', 'invalid')
),

expected_bins as (
    select
        targets.target, {{ mlmon.bin_position('baseline_bins.bin') }} as bin, baseline_bins.n,
        baseline_bins.n / nullif(baseline_moments.n_finite, 0) as share, baseline_bins.total / nullif(baseline_bins.n, 0) as mean_x,
        baseline_bins.minimum, baseline_bins.maximum
    from baseline_bins
    inner join baseline_moments on {{ mlmon.same_row('baseline_moments', 'baseline_bins', baseline_key) }} and baseline_moments.center is not null
    inner join targets on targets.baseline_number = baseline_moments.baseline_number and targets.n_finite > 0
    where baseline_bins.bin not in ('null', 'invalid')
),

quantiles as (
    {{ mlmon.target_quantiles('bins') }}
),

{% if moves -%}
column_series as {{ mlmon.materialized_cte() }} (
    select {{ baseline_key[:5] | join(', ') }}, row_number() over (order by {{ baseline_key[:5] | join(', ') }}) as series_number
    from moments
    group by {{ baseline_key[:5] | join(', ') }}
),

dispersion as (
    {{ mlmon.member_dispersion('members', 'column_series', 'bin_groups', is_near) }}
),

member_series as (
    select dispersion.*, dispersion.window_start as judged_start, {% for name in baseline_key[:5] %}column_series.{{ name }}{{ ", " if not loop.last }}{% endfor %}
    from dispersion
    inner join column_series on column_series.series_number = dispersion.series_number
),

{% endif -%}
distances as (
    {{ mlmon.shape_distances('bins', 'expected_bins') }}
)

select
    {% for name in key[:3] %}targets.{{ name }}, {% endfor %}targets.window_end, targets.is_reference = 1 as is_reference,
    {% for name in key[3:] %}targets.{{ name }}, {% endfor %}targets.compared_to,
    targets.n,
    cast(coalesce(targets.baseline_n, 0) as {{ dbt.type_bigint() }}) as n_reference,
    {{ mlmon.ratio('targets.n_null', 'targets.n') }} as null_rate,
    {{ mlmon.ratio('targets.n_invalid', 'targets.n') }} as invalid_rate,
    targets.total / nullif(targets.n_finite, 0) as mean,
    {{ mlmon.stddev_from_sums('targets.n_finite', 'targets.total', 'targets.centered_sq', 'targets.center') }} as stddev,
    quantiles.p05, quantiles.p25, quantiles.p50, quantiles.p75, quantiles.p95,
    single.psi, single.psi_excess, single.js_distance, single.hellinger,
    case when targets.baseline_n_finite > 0 then distances.ks end as ks,
    case when targets.baseline_n_finite > 0 then distances.wasserstein / nullif(targets.baseline_stddev, 0) end as wasserstein,
    single.tv_distance, single.chi2, single.chi2_df,
    cast(pooled.n_all as {{ dbt.type_bigint() }}) as n_pooled,
    pooled.psi_excess as psi_excess_pooled, pooled.chi2 as chi2_pooled, pooled.chi2_df as chi2_df_pooled,
    single.chi2_sparse, cast(single.chi2_df_sparse as {{ double }}) as chi2_df_sparse,
    pooled.chi2_sparse as chi2_sparse_pooled, cast(pooled.chi2_df_sparse as {{ double }}) as chi2_df_sparse_pooled,
    case when targets.center is null then {{ mlmon.ratio('targets.n_unseen', 'targets.n') }} end as unseen_rate,
    cast(single.n as {{ dbt.type_bigint() }}) as shape_n, cast(single.m as {{ dbt.type_bigint() }}) as shape_n_reference,
    single.shape_excess, single.shape_chi2, cast(single.shape_df as {{ dbt.type_bigint() }}) as shape_df,
    cast(pooled.n as {{ dbt.type_bigint() }}) as shape_n_pooled, pooled.shape_excess as shape_excess_pooled,
    case when targets.is_reference = 1{% if moves %} and targets.judged_start = {{ mlmon.any_window() }}{% endif %} then single.excess_over_rest end as excess_over_rest,
    case when targets.is_reference = 1{% if moves %} and targets.judged_start = {{ mlmon.any_window() }}{% endif %} then pooled.excess_over_rest end as excess_over_rest_pooled
    {%- for name in spread %}, {% if moves %}member_series.{{ name }}{% else %}{{ mlmon.double_literal(none) }} as {{ name }}{% endif %}{% endfor %}
from targets
inner join group_distances as single on single.target = targets.target and single.is_pooled = 0
inner join group_distances as pooled on pooled.target = targets.target and pooled.is_pooled = 1
left join quantiles on quantiles.target = targets.target
left join distances on distances.target = targets.target
{%- if moves %}
left join member_series
    on {{ mlmon.same_row('member_series', 'targets', baseline_key) }}
{%- endif %}
