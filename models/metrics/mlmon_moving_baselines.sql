{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'to_judge'}) }}
{{ mlmon.table_layout() }}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
-- depends_on: {{ ref('mlmon_calendar') }}
-- depends_on: {{ ref('mlmon_monitors') }}
-- depends_on: {{ ref('mlmon_measured') }}
-- What the member windows of a baseline that moves say of every number, for each judged window: the value over all of them, and how much they differ from each other.
-- Windows of other phases than the judged one's say only the latter.
{%- set keys = mlmon.series_key(without=['model_version']) + ['window_start'] %}
{%- set compared = mlmon.metrics_with('baseline', 'reference', 'drift') + mlmon.metrics_with('baseline', 'windows', 'drift') %}
{% if execute and mlmon.has_moving_baselines() -%}
with members as (
    {{ mlmon.member_windows() }}
),

phased as (
    select
        {% for name in keys[:-1] %}measured.{{ name }}, {% endfor %}members.window_start, {{ mlmon.addable('measured.value') }} as value, measured.n, measured.weight, measured.standard_error,
        1 as seasonal_weeks, monitors.min_reference_windows, monitors.dispersion_windows, members.phase
    from members
    inner join {{ ref('mlmon_measured') }} as measured
        on measured.monitor = members.monitor and measured.compared_to = members.compared_to and measured.window_start = members.member_start
        and measured.model_version = 'all' and measured.is_final and {{ mlmon.near_windows_to_judge('measured', before='cast(monitors.windows_before as ' ~ dbt.type_int() ~ ')') }}
        and (measured.family <> 'drift' or measured.metric in ({{ mlmon.text_literals(compared) }}))
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = members.monitor
    where members.is_member = 1
),

{{ mlmon.member_statistics(keys) }}

select
    {% for name in ['monitor', 'window_start'] + keys[1:-1] %}pooled.{{ name }}, {% endfor %}pooled.n_windows, pooled.baseline, pooled.n,
    {{ mlmon.shown_statistics() }}
from pooled
left join deviations
    on {{ mlmon.same_row('deviations', 'pooled', keys) }} and deviations.is_seasonal = pooled.is_seasonal
where pooled.phase = 0
{%- else -%}
{{ mlmon.empty_rows('mlmon_moving_baselines') }}
{%- endif %}
