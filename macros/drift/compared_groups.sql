{#- How many rows of each target are in each group, and how many of its baseline, as a query: (is_pooled, target, psi_group, b, a), for the window alone (is_pooled 0) and for
    the windows that are pooled with it. `targets`, `series`, `bin_groups`: the relations of mlmon_distances; `baseline_groups`: one with is_pooled, baseline_number, psi_group, n; `is_near`: a condition that
    every row of `profile` meets that can count. -#}
{% macro compared_groups(targets, series, bin_groups, baseline_groups, is_near) -%}
{%- set series_key = ['monitor', 'model_version', 'segment', 'segment_value', 'column_name', 'column_role'] %}
{%- set double = mlmon.sql_type('double') %}
-- the windows that end with a window to judge and are pooled with it
with source_windows as (
    select
        judged.monitor, judged.window_start as target_start,
        {{ mlmon.add_windows('monitors.' ~ mlmon.reserved_name('window'), 'judged.window_start', '-1 * (tens.digit * 10 + ones.digit)') }} as window_start
    from (select distinct monitor, window_start from {{ targets }}) as judged
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = judged.monitor
    cross join {{ mlmon.digits() }} as tens
    cross join {{ mlmon.digits() }} as ones
    where tens.digit * 10 + ones.digit < monitors.pooled_windows
),

group_counts as (
    select
        {% for name in series_key %}profile.{{ name }}, {% endfor %}profile.window_start, coalesce(bin_groups.psi_group, profile.bin) as psi_group,
        cast(sum(profile.n) as {{ double }}) as n
    from {{ ref('mlmon_profile') }} as profile
    inner join (select distinct monitor, window_start from source_windows) as sources
        on sources.monitor = profile.monitor and sources.window_start = profile.window_start
        and {{ is_near }}
    left join {{ bin_groups }} as bin_groups
        on {{ mlmon.same_row('bin_groups', 'profile', ['monitor', 'column_name', 'column_role', 'bin']) }}
    group by
        {% for name in series_key %}profile.{{ name }}, {% endfor %}profile.window_start, coalesce(bin_groups.psi_group, profile.bin)
),

numbered_counts as {{ mlmon.materialized_cte() }} (
    select series.series_number, group_counts.monitor, group_counts.window_start, group_counts.psi_group, group_counts.n
    from group_counts
    inner join {{ series }} as series on {{ mlmon.same_row('series', 'group_counts', series_key) }}
),

spans as (
    select 0 as is_pooled, targets.target, numbered_counts.psi_group, numbered_counts.n
    from numbered_counts
    inner join {{ targets }} as targets
        on targets.series_number = numbered_counts.series_number and targets.window_start = numbered_counts.window_start
    union all
    select 1 as is_pooled, targets.target, numbered_counts.psi_group, numbered_counts.n
    from numbered_counts
    inner join source_windows
        on source_windows.monitor = numbered_counts.monitor and source_windows.window_start = numbered_counts.window_start
    inner join {{ targets }} as targets
        on targets.series_number = numbered_counts.series_number and targets.window_start = source_windows.target_start
),

both_sides as (
    select is_pooled, target, psi_group, n as b, 0 as a
    from spans
    union all
    select baseline_groups.is_pooled, targets.target, baseline_groups.psi_group, 0 as b, baseline_groups.n as a
    from {{ targets }} as targets
    inner join {{ baseline_groups }} as baseline_groups on baseline_groups.baseline_number = targets.baseline_number
)

select is_pooled, target, psi_group, sum(b) as b, sum(a) as a
from both_sides
group by is_pooled, target, psi_group
{%- endmacro %}
