{#- What each metric of each monitor is judged by unless the user judges it, as a query: the catalogue's verdict and sizes, under what was written for the
    family, the metric and the KPI. `subject` is NULL where every subject is meant. `monitors`: a relation with monitor, task, alpha and
    min_rows; `specs`: the monitors' configuration, by default that of the project. -#}
{% macro default_rules(catalog, monitors, specs=none) -%}
with written as (
    {{ mlmon.configured_verdicts(specs) }}
),

kpis as (
    {{ mlmon.configured_kpis(specs) }}
),

rules as (
    select
        monitors.monitor, catalog.family, catalog.metric, kpis.kpi as subject, catalog.verdict, kpis.higher_is_better,
        coalesce(of_kpi.alpha, of_metric.alpha, of_family.alpha, monitors.alpha) as alpha,
        coalesce(of_kpi.warn_size, of_metric.warn_size, of_family.warn_size, catalog.default_warn) as warn_size,
        coalesce(of_kpi.error_size, of_metric.error_size, of_family.error_size, catalog.default_error) as error_size,
        coalesce(of_kpi.min_rows, of_metric.min_rows, of_family.min_rows, monitors.min_rows) as min_rows
    from {{ monitors }} as monitors
    cross join {{ catalog }} as catalog
    left join kpis on kpis.monitor = monitors.monitor and catalog.family = 'kpi'
    left join written as of_family on of_family.monitor = monitors.monitor and of_family.family = catalog.family and of_family.metric is null
    left join written as of_metric
        on of_metric.monitor = monitors.monitor and of_metric.family = catalog.family and of_metric.metric = catalog.metric and of_metric.subject is null
    left join written as of_kpi
        on of_kpi.monitor = monitors.monitor and of_kpi.family = catalog.family and of_kpi.metric = catalog.metric and of_kpi.subject = kpis.kpi
    where catalog.verdict is not null and (catalog.family <> 'kpi' or kpis.kpi is not null)
        {%- for task in mlmon.tasks() %}
        and (monitors.task <> '{{ task }}' or catalog.family || '.' || catalog.metric not in ({{ mlmon.text_literals(mlmon.metrics_of_other_tasks(task)) }}))
        {%- endfor %}
)

select
    monitor, family, metric, subject, verdict, higher_is_better, alpha, warn_size,
    -- a warning that was moved beyond the default error takes it along; what is never an error has none
    case when error_size is null then null when verdict in ({{ mlmon.kinds_with('against', 'bound') }}) then {{ mlmon.at_most('error_size', 'warn_size') }} else {{ mlmon.at_least('error_size', 'warn_size') }} end as error_size,
    min_rows
from rules
{%- endmacro %}
