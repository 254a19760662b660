{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'to_judge'}) }}
{{ mlmon.table_layout() }}
{%- set key = mlmon.window_columns() %}
{%- set tasks = mlmon.tasks_to_estimate() %}
{%- set metrics = mlmon.of_estimated_tasks(mlmon.estimated_tasks(), 'metrics') %}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
-- depends_on: {{ ref('mlmon_bins') }}
-- What the performance of a window is before its labels are there: from its scores and decisions, and from what labels said of such scores.
with recent_windows as (
    -- the newest windows whose labels are complete
    {{ mlmon.newest_mature_windows() }}
),

-- those to estimate, those that say what is to be expected of them, and those that say whether it is to be trusted
scored_bins as (
    select
        {% for name in key %}outcomes.{{ name }}, {% endfor %}outcomes.bin, outcomes.bin as learned_bin, outcomes.class, monitors.task,
        {% for name in ['n_predictions', 'n_labelled', 'n_scored'] + mlmon.of_estimated_tasks(tasks, 'sums') %}outcomes.{{ name }}, {% endfor %}
        calendar.is_mature, calendar.age_windows, calendar.age_part
    from {{ ref('mlmon_outcomes') }} as outcomes
    inner join {{ ref('mlmon_monitors') }} as monitors
        on monitors.monitor = outcomes.monitor and monitors.task in ({{ mlmon.text_literals(tasks) }}) and monitors.maturity_seconds is not null
    {{ mlmon.only_declared_segments('outcomes') }}
    inner join {{ ref('mlmon_calendar') }} as calendar on calendar.monitor = outcomes.monitor and calendar.window_start = outcomes.window_start
    left join recent_windows on recent_windows.monitor = outcomes.monitor and recent_windows.window_start = outcomes.window_start
    where outcomes.bin not in ('null', 'invalid') and ({% for name in mlmon.of_estimated_tasks(tasks, 'rows') %}{{ ' or ' if not loop.first }}outcomes.{{ name }} > 0{% endfor %})
        and (outcomes.is_reference or recent_windows.monitor is not null or {{ mlmon.near_windows_to_judge('outcomes', before=mlmon.audited_windows() - 1) }})
),

estimators as (
    select 'calibrated' as estimator
    union all
    select 'nowcast' as estimator
),

{{ mlmon.late_labels('scored_bins', 'recent_windows') }},
{% for task in tasks %}
{{ mlmon[task ~ '_estimates']() }},
{% endfor %}
bands as (
    {{ mlmon.estimate_bands(tasks, metrics) }}
),

{{ mlmon.audit('bands', mlmon.of_estimated_tasks(tasks, 'audited')) }}

select
    {% for name in key %}reasons.{{ name }}, {% endfor %}reasons.estimator, reasons.n_predictions, reasons.n_labelled,
    {%- for metric in metrics %}
    {% for column in [mlmon.metric_column(metric), metric ~ '_low', metric ~ '_high'] %}reasons.{{ column }}, {% endfor %}
    {%- endfor %}
    reasons.business_value,
    (reasons.reason is null) as is_trusted, reasons.reason
from reasons
{{- mlmon.only_windows_to_judge('reasons') }}
