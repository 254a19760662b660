{{ config(materialized='view') }}
{%- set headlines = {} -%}
{%- for name, task in mlmon.tasks().items() -%}{%- do headlines.update({name: task.headline}) -%}{%- endfor -%}
-- How each monitor and each of its versions is: what the first tile of a dashboard shows.
-- depends_on: {{ ref('mlmon_moving_baselines') }}
with windows as (
    select monitor, model_version, max(window_start) as last_window_start
    from {{ ref('mlmon_operations') }}
    where segment = 'overall' and n_predictions > 0
    group by monitor, model_version
),

versions as (
    select monitors.monitor, coalesce(windows.model_version, 'all') as model_version, windows.last_window_start
    from {{ ref('mlmon_monitors') }} as monitors
    left join windows on windows.monitor = monitors.monitor
),

-- a number that left several baselines, and drift over one window and over seven, counts once; the whole log counts what opened in any version
open_incidents as (
    select
        versions.monitor, versions.model_version,
        sum(case when counted.severity = 'warn' then 1 else 0 end) as n_open_warn,
        sum(case when counted.severity = 'error' then 1 else 0 end) as n_open_error,
        min(counted.first_breach_at) as open_since
    from versions
    inner join (
        select incidents.monitor, incidents.model_version, incidents.severity, incidents.first_breach_at, {{ mlmon.by_span('incidents.') }} as by_span
        from {{ ref('mlmon_incidents') }} as incidents
        where incidents.status = 'open'
    ) as counted on counted.monitor = versions.monitor and (counted.model_version = versions.model_version or versions.model_version = 'all')
    where counted.by_span = 1
    group by versions.monitor, versions.model_version
),

judged as (
    select monitor, model_version, sum(case when status = 'insufficient_data' then 0 else 1 end) as n_judged
    from {{ ref('mlmon_checks') }}
    group by monitor, model_version
),

judged_versions as (
    select versions.monitor, versions.model_version, sum(judged.n_judged) as n_judged
    from versions
    inner join judged on judged.monitor = versions.monitor and (judged.model_version = versions.model_version or versions.model_version = 'all')
    group by versions.monitor, versions.model_version
),

mature as (
    select
        monitor, model_version, window_start, label_coverage,
        row_number() over (partition by monitor, model_version order by window_start desc) as by_time
    from {{ ref('mlmon_performance') }}
    where segment = 'overall' and is_mature and n_labelled > 0
),

headlines as (
    select
        metrics.monitor, metrics.model_version, metrics.metric, metrics.value, metrics.baseline,
        row_number() over (
            partition by metrics.monitor, metrics.model_version
            order by case when metrics.baseline is null then 1 else 0 end, case metrics.compared_to when 'reference' then 0 else 1 end, metrics.compared_to
        ) as by_baseline
    from {{ ref('mlmon_metrics') }} as metrics
    inner join mature
        on mature.monitor = metrics.monitor and mature.model_version = metrics.model_version and mature.window_start = metrics.window_start
        and mature.by_time = 1
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = metrics.monitor
    where metrics.family = 'performance' and metrics.subject = 'model' and metrics.segment = 'overall'
        and (
            {%- for task, metric in headlines.items() %}
            {{ 'or ' if not loop.first }}(monitors.task = '{{ task }}' and metrics.metric = '{{ metric }}')
            {%- endfor %}
        )
),

costs as (
    select versions.monitor, versions.model_version, sum(lost.lost) as value_at_stake
    from versions
    inner join {{ ref('mlmon_incident_groups') }} as incident_groups
        on incident_groups.monitor = versions.monitor and (incident_groups.model_version = versions.model_version or versions.model_version = 'all')
    inner join (
        {{ mlmon.group_costs(ref('mlmon_incidents'), ref('mlmon_kpis'), ref('mlmon_baselines'), ref('mlmon_moving_baselines')) }}
    ) as lost on lost.group_id = incident_groups.group_id
    group by versions.monitor, versions.model_version
)

select
    versions.monitor,
    versions.model_version,
    monitors.task,
    monitors.owner,
    case
        when versions.last_window_start is null and monitors.data_problem is null then 'no_data'
        when open_incidents.n_open_error > 0 then 'error'
        when open_incidents.n_open_warn > 0 then 'warn'
        when judged_versions.n_judged > 0 then 'ok'
        when judged_versions.monitor is null and versions.model_version <> 'all' then 'not_judged'
        else 'insufficient_data'
    end as status,
    cast(coalesce(open_incidents.n_open_warn, 0) as {{ dbt.type_bigint() }}) as n_open_warn,
    cast(coalesce(open_incidents.n_open_error, 0) as {{ dbt.type_bigint() }}) as n_open_error,
    open_incidents.open_since,
    versions.last_window_start,
    last_window.window_end as last_window_end,
    last_window.n_predictions,
    watermarks.newest_timestamp as last_prediction_at,
    mature.window_start as labelled_window_start,
    mature.label_coverage,
    headlines.metric as headline_metric,
    headlines.value as headline_value,
    headlines.baseline as headline_baseline,
    costs.value_at_stake
from versions
inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = versions.monitor
left join open_incidents on open_incidents.monitor = versions.monitor and open_incidents.model_version = versions.model_version
left join judged_versions on judged_versions.monitor = versions.monitor and judged_versions.model_version = versions.model_version
left join {{ ref('mlmon_operations') }} as last_window
    on last_window.monitor = versions.monitor and last_window.model_version = versions.model_version
    and last_window.window_start = versions.last_window_start and last_window.segment = 'overall'
left join {{ ref('mlmon_watermarks') }} as watermarks on watermarks.monitor = versions.monitor and versions.model_version = 'all'
left join mature on mature.monitor = versions.monitor and mature.model_version = versions.model_version and mature.by_time = 1
left join headlines on headlines.monitor = versions.monitor and headlines.model_version = versions.model_version and headlines.by_baseline = 1
left join costs on costs.monitor = versions.monitor and costs.model_version = versions.model_version
