{#- Columns of segments in windows, each compared with a baseline, as a query: the targets of mlmon_distances, numbered, with their moments and those of the baseline. -#}
{% macro targets() -%}
{%- set key = ['monitor', 'model_version', 'window_start', 'segment', 'segment_value', 'column_name', 'column_role'] %}
{%- set column_key = ['monitor', 'column_name', 'column_role'] %}
{%- set series_key = ['monitor', 'model_version', 'segment', 'segment_value', 'column_name', 'column_role'] %}
{%- set baseline_key = ['monitor', 'segment', 'segment_value', 'column_name', 'column_role', 'compared_to'] %}
{%- set double = mlmon.sql_type('double') %}
with {{ mlmon.target_inputs() }},

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
    select moments.*, {{ mlmon.compared_to() }} as compared_to
    from moments
    {{ mlmon.join_baselines('moments') }}
),

targets as (
    select
        row_number() over (order by series.series_number, moments.window_start, moments.compared_to) as target,
        series.series_number,
        moments.*,
        baseline_moments.baseline_number, cast(baseline_moments.n as {{ double }}) as baseline_n, baseline_moments.n_finite as baseline_n_finite,
        {{ mlmon.stddev_from_sums('baseline_moments.n_finite', 'baseline_moments.total', 'baseline_moments.centered_sq', 'baseline_moments.center') }} as baseline_stddev
    from compared_moments as moments
    inner join series on {{ mlmon.same_row('series', 'moments', series_key) }}
    left join baseline_moments on {{ mlmon.same_row('baseline_moments', 'moments', baseline_key) }}
)

select * from targets
{%- endmacro %}


{#- The CTEs that targets and what is computed of them read: profile, baseline_bins, bin_groups. -#}
{% macro target_inputs() -%}
profile as (
    select profile.*
    from {{ ref('mlmon_profile') }} as profile
    {{- mlmon.only_windows_to_judge('profile') }}
),

baseline_bins as (
    {{ mlmon.baseline_bins() }}
),

-- a bin's group for PSI; NULL, invalid, other and unseen are groups of their own
bin_groups as (
    select monitor, column_name, column_role, bin, max(psi_group) as psi_group, max(center) as center
    from {{ ref('mlmon_bins') }}
    group by monitor, column_name, column_role, bin
)
{%- endmacro %}
