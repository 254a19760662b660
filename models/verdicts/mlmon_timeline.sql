{{ config(materialized=mlmon.view_kind()) }}
{%- set text = dbt.type_string() %}
-- What happened to monitors and around them, for marks on a time axis.
with incident_titles as (
    select
        group_id, monitor, first_breach_at, closed_at, severity, n_incidents,
        case family when 'drift' then 'drift of ' || subject when 'estimate' then 'estimated ' || metric else metric || case when subject in ('model', 'log', metric) then '' else ' of ' || subject end end
        || case when segment = 'overall' then '' else ' in ' || segment || '=' || segment_value end as headline
    from {{ ref('mlmon_incident_groups') }}
),

-- of a version whose first windows were pruned it is not known when it began
first_windows as (
    select operations.monitor, operations.model_version, min(operations.window_start) as window_start
    from {{ ref('mlmon_operations') }} as operations
    left join (
        select distinct history.monitor, history.model_version
        from {{ ref('mlmon_history') }} as history
        inner join {{ ref('mlmon_watermarks') }} as watermarks on watermarks.monitor = history.monitor and watermarks.pruned_before is not null
    ) as pruned on pruned.monitor = operations.monitor and pruned.model_version = operations.model_version
    where operations.segment = 'overall' and operations.model_version <> 'all' and operations.n_predictions > 0 and pruned.monitor is null
    group by operations.monitor, operations.model_version
)

select
    cast('incident:' || group_id as {{ text }}) as event_id,
    monitor,
    cast('incident' as {{ text }}) as kind,
    first_breach_at as starts_at,
    closed_at as ends_at,
    cast(
        severity || ': ' || headline || case when n_incidents > 1 then ' and ' || cast(n_incidents - 1 as {{ text }}) || ' more' else '' end as {{ text }}
    ) as title
from incident_titles
union all
select
    cast('change:' || event_id as {{ text }}) as event_id,
    monitor,
    cast('known_change' as {{ text }}) as kind,
    starts_at,
    ends_at,
    cast(change_name || coalesce(' (' || change_kind || ')', '') as {{ text }}) as title
from {{ ref('mlmon_change_events') }}
union all
select
    cast('version:' || monitor || ':' || model_version as {{ text }}) as event_id,
    monitor,
    cast('deployment' as {{ text }}) as kind,
    window_start as starts_at,
    {{ mlmon.timestamp_literal(none) }} as ends_at,
    cast('first predictions of version ' || model_version as {{ text }}) as title
from first_windows
union all
select
    cast('reference:' || monitor as {{ text }}) as event_id,
    monitor,
    cast('reference' as {{ text }}) as kind,
    reference_start as starts_at,
    reference_end as ends_at,
    cast('reference period' as {{ text }}) as title
from {{ ref('mlmon_monitors') }}
where reference_start is not null
union all
-- numbers that are judged otherwise than when they were first judged; those that merely became others are in mlmon_restatements
select
    cast('restatement:' || monitor || ':' || {{ mlmon.timestamp_text('restated_at') }} as {{ text }}) as event_id,
    monitor,
    cast('restatement' as {{ text }}) as kind,
    min(window_start) as starts_at,
    max(window_end) as ends_at,
    cast(
        cast(count(*) as {{ text }}) || case when count(*) = 1 then ' number is' else ' numbers are' end || ' judged otherwise than at first: new ' || min(reason) as {{ text }}
    ) as title
from {{ ref('mlmon_restatements') }}
where case when status in ('warn', 'error') then 1 else 0 end <> case when first_status in ('warn', 'error') then 1 else 0 end
group by monitor, restated_at
