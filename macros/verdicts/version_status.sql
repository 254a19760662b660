{#- How each monitor and each of its versions is: its last window with predictions, what is open, and the status of these. The arguments are relations. -#}
{% macro version_status(monitors, operations, checks, incidents) %}
with windows as (
    select monitor, model_version, max(window_start) as last_window_start
    from {{ operations }}
    where segment = 'overall' and n_predictions > 0
    group by monitor, model_version
),

versions as (
    select monitors.monitor, monitors.data_problem, coalesce(windows.model_version, 'all') as model_version, windows.last_window_start
    from {{ monitors }} as monitors
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
        from {{ incidents }} as incidents
        where incidents.status = 'open'
    ) as counted on counted.monitor = versions.monitor and (counted.model_version = versions.model_version or versions.model_version = 'all')
    where counted.by_span = 1
    group by versions.monitor, versions.model_version
),

judged as (
    select monitor, model_version, sum(case when status = 'insufficient_data' then 0 else 1 end) as n_judged
    from {{ checks }}
    group by monitor, model_version
),

judged_versions as (
    select versions.monitor, versions.model_version, sum(judged.n_judged) as n_judged
    from versions
    inner join judged on judged.monitor = versions.monitor and (judged.model_version = versions.model_version or versions.model_version = 'all')
    group by versions.monitor, versions.model_version
)

select
    versions.monitor,
    versions.model_version,
    versions.last_window_start,
    case
        when versions.last_window_start is null and versions.data_problem is null then 'no_data'
        when open_incidents.n_open_error > 0 then 'error'
        when open_incidents.n_open_warn > 0 then 'warn'
        when judged_versions.n_judged > 0 then 'ok'
        when judged_versions.monitor is null and versions.model_version <> 'all' then 'not_judged'
        else 'insufficient_data'
    end as status,
    cast(coalesce(open_incidents.n_open_warn, 0) as {{ dbt.type_bigint() }}) as n_open_warn,
    cast(coalesce(open_incidents.n_open_error, 0) as {{ dbt.type_bigint() }}) as n_open_error,
    open_incidents.open_since
from versions
left join open_incidents on open_incidents.monitor = versions.monitor and open_incidents.model_version = versions.model_version
left join judged_versions on judged_versions.monitor = versions.monitor and judged_versions.model_version = versions.model_version
{% endmacro %}
