{{ config(materialized=mlmon.view_kind()) }}
{%- set headlines = {} -%}
{%- for name, task in mlmon.tasks().items() -%}{%- do headlines.update({name: task.headline}) -%}{%- endfor -%}
-- How each monitor and each of its versions is: what the first tile of a dashboard shows.
-- depends_on: {{ ref('mlmon_moving_baselines') }}
with versions as (
    {{ mlmon.version_status(ref('mlmon_monitors'), ref('mlmon_operations'), ref('mlmon_checks'), ref('mlmon_incidents')) }}
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
    versions.status,
    versions.n_open_warn,
    versions.n_open_error,
    versions.open_since,
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
left join {{ ref('mlmon_operations') }} as last_window
    on last_window.monitor = versions.monitor and last_window.model_version = versions.model_version
    and last_window.window_start = versions.last_window_start and last_window.segment = 'overall'
left join {{ ref('mlmon_watermarks') }} as watermarks on watermarks.monitor = versions.monitor and versions.model_version = 'all'
left join mature on mature.monitor = versions.monitor and mature.model_version = versions.model_version and mature.by_time = 1
left join headlines on headlines.monitor = versions.monitor and headlines.model_version = versions.model_version and headlines.by_baseline = 1
left join costs on costs.monitor = versions.monitor and costs.model_version = versions.model_version
