{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'to_judge'}) }}
{{ mlmon.table_layout() }}
{%- set key = mlmon.window_columns() %}
{%- set metrics = mlmon.declared_metrics().performance.metrics %}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
-- depends_on: {{ ref('mlmon_bins') }}
with outcomes as (
    select outcomes.*, monitors.task
    from {{ ref('mlmon_outcomes') }} as outcomes
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = outcomes.monitor
    {{ mlmon.only_declared_segments('outcomes') }}
    {{- mlmon.only_windows_to_judge('outcomes') }}
),

measured as (
    {{ mlmon.measured('outcomes', key, 'performance') }}
)

select
    {% for name in key %}measured.{{ name }}, {% endfor %}
    measured.n_predictions, measured.n_labelled, measured.label_coverage,
    {% for name in mlmon.shown_sums() %}measured.{{ name }}, {% endfor %}
    {% for metric in metrics if metric.labels != 'arrival' %}{{ 'health' if metric.quantile else 'measured' }}.{{ mlmon.metric_column(metric.metric) }}, {% endfor %}
    {% for column in mlmon.interval_columns(metrics) + mlmon.bound_columns(metrics) %}measured.{{ column[0] }}, {% endfor %}
    calendar.is_mature
from measured
left join {{ ref('mlmon_log_health') }} as health
    on {{ mlmon.same_row('health', 'measured', ['monitor', 'model_version', 'window_start', 'segment', 'segment_value']) }}
left join {{ ref('mlmon_calendar') }} as calendar on calendar.monitor = measured.monitor and calendar.window_start = measured.window_start
