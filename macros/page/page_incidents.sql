{#- Incident groups and their members, that were open at some time of the period, and what people and channels said of them. -#}
{% macro page_incidents(among, now, since, until) %}
    {%- set period = [] -%}
    {%- if until -%}{%- do period.append('coalesce(first_breach_at, opened_at) < ' ~ mlmon.timestamp_literal(until)) -%}{%- endif -%}
    {%- if since -%}{%- do period.append('(closed_at is null or closed_at >= ' ~ mlmon.timestamp_literal(since) ~ ')') -%}{%- endif -%}
    {%- set where = (['monitor in (' ~ among ~ ')'] + period) | join(' and ') -%}
    {%- do mlmon.page_block(none, 'groups', mlmon.page_groups_query(now, where)) -%}
    {%- set members = mlmon.page_members_query(now, where) -%}
    {%- set rows = mlmon.query_rows(members) -%}
    {%- for incident in rows -%}{%- do incident.update({'query': mlmon.runbook_query(incident) if incident.group_place == 1 else none}) -%}{%- endfor -%}
    {%- do mlmon.page_print(none, 'incidents', members, rows, []) -%}
    {%- do mlmon.page_block(none, 'said', mlmon.page_said_query(where)) -%}
{% endmacro %}


{% macro page_groups_query(now, where) -%}
    select
        group_id, monitor, severity, status, first_breach_at, opened_at, closed_at, last_breach_at, n_windows, model_version, segment, segment_value, family, subject, metric,
        compared_to, value, baseline, n_incidents, n_open, columns_moved, segments_moved, cause_kind, cause, cause_share, change_name, change_kind, change_at, is_expected,
        acknowledged_by, acknowledged_at, muted_until, assignee, note, owner, runbook, value_lost, value_rate, is_muted, n_open_segments
    from (
        {{ mlmon.report_groups_query(now, true, []) }}
    ) as known_groups
    where {{ where }}
    order by case when status = 'open' then 0 else 1 end, case when severity = 'error' then 0 else 1 end, coalesce(value_lost, 0) desc, first_breach_at desc, group_id
{%- endmacro %}


{% macro page_members_query(now, where) -%}
    select
        incident_id, group_id, group_place, monitor, model_version, segment, segment_value, family, subject, column_role, metric, compared_to, severity, status,
        first_breach_at, opened_at, last_breach_at, closed_at, n_windows, value, baseline, peak_value, warn_threshold, error_threshold, n, verdict, detail,
        direction, unit, meaning, actions, value_lost, is_counted
    from (
        {{ mlmon.report_incidents_query(now, true, []) }}
    ) as known_incidents
    where {{ where }}
    order by group_id, group_place, incident_id
{%- endmacro %}


{#- What people said of incidents, and what channels were told. -#}
{% macro page_said_query(where) -%}
    select groups_shown.group_id, said.said_at, said.what, said.who, said.reason, said.until_at, said.n
    from (
        select group_id from {{ mlmon.built_table('mlmon_incident_groups') }} where {{ where }}
    ) as groups_shown
    inner join (
        select
            incidents.group_id, events.recorded_at as said_at, events.event_type as what, events.actor as who, events.reason,
            events.muted_until as until_at, count(distinct incidents.incident_id) as n
        from {{ mlmon.built_table('mlmon_events') }} as events
        inner join {{ mlmon.built_table('mlmon_incidents') }} as heads on heads.incident_id = events.incident_id
        inner join {{ mlmon.built_table('mlmon_incidents') }} as incidents
            on incidents.group_id = heads.group_id and (incidents.incident_id = heads.incident_id or events.scope = 'group')
        where events.event_type in ('ack', 'mute', 'unmute', 'resolve', 'assign', 'note')
        group by incidents.group_id, events.event_id, events.recorded_at, events.event_type, events.actor, events.reason, events.muted_until
        union all
        select
            incidents.group_id, deliveries.delivered_at as said_at, 'told: ' || deliveries.transition as what, deliveries.channel as who,
            cast(null as {{ dbt.type_string() }}) as reason, {{ mlmon.timestamp_literal(none) }} as until_at, count(distinct deliveries.incident_id) as n
        from {{ mlmon.built_table('mlmon_deliveries') }} as deliveries
        inner join {{ mlmon.built_table('mlmon_incidents') }} as incidents on incidents.incident_id = deliveries.incident_id
        group by incidents.group_id, deliveries.delivered_at, deliveries.transition, deliveries.channel
    ) as said on said.group_id = groups_shown.group_id
    order by groups_shown.group_id, said.said_at, said.what
{%- endmacro %}
