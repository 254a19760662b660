{{ config(materialized=mlmon.table_kind()) }}
{%- set place_of = mlmon.series_key(without=['metric']) %}
-- Incidents, which of them belong together, what people said of them, and the known change that they began after.
with incidents as {{ mlmon.materialized_cte() }} (
    {{ mlmon.grouped_incidents(ref('mlmon_found_incidents'), ref('mlmon_monitors')) }}
),

-- the incidents that a word about one incident means: by name, or the one of its series that covers the same window under another name
meant as (
    select words.event_id, words.event_type, words.scope, incidents.incident_id, incidents.group_id
    from {{ ref('mlmon_events') }} as words
    inner join incidents
        on {{ mlmon.same_row('words', 'incidents', place_of) }}
        and (
            words.incident_id = incidents.incident_id
            or (
                words.metric = incidents.metric
                and words.opened_at >= incidents.first_breach_at and words.opened_at < incidents.ends_at
            )
        )
    where words.scope in ('incident', 'group')
),

heard as (
    select event_id, incident_id
    from meant
    where scope = 'incident' or event_type = 'resolve'
    {{ mlmon.union_distinct() }}
    select meant.event_id, incidents.incident_id
    from meant
    inner join incidents on incidents.group_id = meant.group_id
    where meant.scope = 'group' and meant.event_type <> 'resolve'
    {{ mlmon.union_distinct() }}
    -- words about a kind of incident: what is left open means any
    select words.event_id, incidents.incident_id
    from {{ ref('mlmon_events') }} as words
    inner join incidents
        on words.monitor = incidents.monitor
        {%- for name in place_of[1:] + ['metric'] %}
        and coalesce(words.{{ name }}, incidents.{{ name }}) = incidents.{{ name }}
        {%- endfor %}
    where words.scope = 'series'
),

-- the latest word of each sort counts
ordered as (
    select
        heard.incident_id, words.event_type, words.actor, words.reason, words.recorded_at, words.muted_until, words.assignee,
        row_number() over (
            partition by heard.incident_id, case when words.event_type = 'unmute' then 'mute' else words.event_type end
            order by words.recorded_at desc, words.event_id
        ) as by_time
    from heard
    inner join {{ ref('mlmon_events') }} as words on words.event_id = heard.event_id
),

said as (
    select
        incident_id,
        max(case when event_type = 'ack' then actor end) as acknowledged_by,
        max(case when event_type = 'ack' then recorded_at end) as acknowledged_at,
        max(case when event_type = 'mute' then muted_until end) as muted_until,
        max(case when event_type = 'mute' then actor end) as muted_by,
        max(case when event_type = 'assign' then assignee end) as assignee,
        max(case when event_type = 'resolve' then actor end) as resolved_by,
        max(case when event_type = 'note' then reason end) as note
    from ordered
    where by_time = 1
    group by incident_id
),

-- known changes that took place no longer before the first breach than `change_within`, the latest first
changes as (
    select
        incidents.incident_id, changes.change_name, changes.change_kind, changes.starts_at,
        case
            when changes.starts_at < incidents.first_breach_at then {{ mlmon.seconds_between('changes.starts_at', 'incidents.first_breach_at') }} / 3600
            else 0.0
        end as hours_after_change,
        case
            when changes.expects = 'all' or ',' || changes.expects || ',' like '%,' || incidents.family || ',%' then 1
            else 0
        end as is_expected,
        row_number() over (partition by incidents.incident_id order by changes.starts_at desc, changes.recorded_at desc, changes.event_id) as by_time
    from incidents
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = incidents.monitor
    inner join {{ ref('mlmon_change_events') }} as changes
        on coalesce(changes.monitor, incidents.monitor) = incidents.monitor
        and changes.starts_at < {{ mlmon.add_windows('incidents.time_window', 'incidents.first_breach_at', 1) }}
        and {{ mlmon.matures_at('coalesce(changes.ends_at, changes.starts_at)', 'monitors.change_seconds') }} >= incidents.first_breach_at
    where incidents.metric <> 'data_problem'
),

expected as (
    select incident_id, max(is_expected) as is_expected
    from changes
    group by incident_id
)

select
    incidents.incident_id,
    {% for name in mlmon.series_key() %}incidents.{{ name }}, {% endfor %}
    incidents.severity, incidents.status, incidents.opened_at, incidents.last_breach_at, incidents.closed_at,
    incidents.n_windows, found_incidents.peak_value, monitors.owner, monitors.runbook,
    incidents.first_breach_at, found_incidents.escalated_at,
    found_incidents.value, found_incidents.baseline, found_incidents.warn_threshold, found_incidents.error_threshold, found_incidents.q_value, found_incidents.n, found_incidents.verdict,
    found_incidents.detail,
    incidents.group_id, cast(incidents.place as {{ dbt.type_bigint() }}) as group_place, incidents.peak_effect,
    said.acknowledged_by, said.acknowledged_at, said.muted_until, said.muted_by, said.assignee,
    case when found_incidents.is_ended then said.resolved_by end as resolved_by, said.note,
    found_incidents.cooling_until,
    changes.change_name, changes.change_kind, changes.starts_at as change_at, changes.hours_after_change,
    coalesce(expected.is_expected, 0) = 1 as is_expected,
    coalesce(incidents.last_breach_at < monitors.reference_start, false) as is_before_reference,
    found_incidents.side, found_incidents.reopened_at, found_incidents.n_episodes
from incidents
inner join {{ ref('mlmon_found_incidents') }} as found_incidents on found_incidents.incident_id = incidents.incident_id
inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = incidents.monitor
left join said on said.incident_id = incidents.incident_id
left join changes on changes.incident_id = incidents.incident_id and changes.by_time = 1
left join expected on expected.incident_id = incidents.incident_id
