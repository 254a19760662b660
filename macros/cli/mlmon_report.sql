{#- What `mlmon run`, `check`, `notify` and `incidents` show: a row a monitor, the incidents that are open, or that a transition which one of `channels` is to be told names (or all of them), their groups,
    what is told now, and which of `actions` are due. An acknowledgement is told to `pagers`, a follow-up as an answer where there are `threads`. `routes`: those of mlmon.yml, none where it has none. -#}
{% macro mlmon_report(channels=[], include_closed=false, actions=[], pagers=[], threads=[], routes=none) %}
    {%- if env_var('MLMON_RUN_ID', '') -%}{%- do mlmon.hold_tables('going on') -%}{%- endif -%}
    {%- do mlmon.check_version(['mlmon_watermarks', 'mlmon_deliveries', 'mlmon_events']) -%}
    {%- set now, only = mlmon.moment_now(), mlmon.run_option('mlmon_only', []) -%}
    {%- set monitors = mlmon.report_monitors(now) -%}
    {%- set receivers, known, due = [], {}, [] -%}
    {%- for name in channels -%}
        {%- set leading = [] -%}
        {%- for route in routes or [] if name in route.channels -%}{%- do leading.append(route) -%}{%- endfor -%}
        {%- do receivers.append({'channel': name, 'is_pager': name in pagers, 'has_threads': name in threads, 'routes': none if routes is none else leading}) -%}
    {%- endfor -%}
    {%- for row in (mlmon.query_rows(mlmon.pending_transitions(receivers, monitors, now)) if channels else []) if not only or row.monitor in only -%}
        {%- do known.setdefault(row.incident_id, []).append(row) -%}
        {%- if row.is_due -%}{%- do due.append(row) -%}{%- endif -%}
    {%- endfor -%}
    {%- set incidents = mlmon.query_rows(mlmon.report_incidents_query(now, include_closed, known.keys() | list) ~ ' order by place') -%}
    {%- set groups, told, told_ids = {}, [], due | map(attribute='incident_id') | list -%}
    {%- for incident in incidents if not only or incident.monitor in only -%}
        {%- do groups.update({incident.group_id: true}) -%}
        {%- if incident.incident_id in told_ids and incident.group_id not in told -%}{%- do told.append(incident.group_id) -%}{%- endif -%}
        {%- do mlmon.print_row(mlmon.deep_merge(mlmon.deep_merge(incident, mlmon.told_by_channel(known.pop(incident.incident_id, []))), {
            'kind': 'incident', 'actions': incident.actions.split(',') if incident.actions and incident.severity == 'error' else [],
            'query': mlmon.runbook_query(incident)
        })) -%}
    {%- endfor -%}
    {%- set heads = [] -%}
    {%- for group in mlmon.query_rows(mlmon.report_groups_query(now, include_closed, groups.keys() | list, told) ~ ' order by place') if group.group_id in groups -%}{%- do heads.append(group) -%}{%- endfor -%}
    {%- set moved, kinds = mlmon.what_moved(heads, told), mlmon.kinds_of_change(heads, told) -%}
    {%- for group in heads -%}
        {%- do mlmon.print_row(mlmon.deep_merge(mlmon.deep_merge(mlmon.deep_merge(group, moved[group.group_id]), kinds[group.group_id]), {'kind': 'group'})) -%}
    {%- endfor -%}
    {%- for incident in (mlmon.query_rows(mlmon.gone_incidents_query(known.keys() | list)) if known else []) -%}
        {%- do mlmon.print_row(mlmon.deep_merge(mlmon.deep_merge(incident, mlmon.told_by_channel(known[incident.incident_id])), {'kind': 'gone'})) -%}
    {%- endfor -%}
    {%- for row in due -%}
        {%- do mlmon.print_row({
            'kind': 'due', 'monitor': row.monitor, 'channel': row.channel, 'incident_id': row.incident_id, 'transition': row.transition,
            'round': row.n_ended, 'thread': row.answers, 'is_digest': row.is_digest == 1
        }) -%}
    {%- endfor -%}
    {%- set asked = mlmon.asked_actions(actions, incidents) -%}
    {%- for row in asked if not only or row.monitor in only -%}{%- do mlmon.print_row(row) -%}{%- endfor -%}
    {%- if env_var('MLMON_RUN_ID', '') and not due and not asked -%}
        {%- do mlmon.mlmon_end_run() -%}
        {%- do mlmon.print_row({'kind': 'run_ended'}) -%}
    {%- endif -%}
{% endmacro %}


{#- What channels know of an incident and what is pending there, from its rows of `pending_transitions` -> {pending: {channel: [transition, …]}, told: {channel: severity},
    threads: {channel: what the receiver calls the first message}, why: why it was withdrawn}. -#}
{% macro told_by_channel(rows) %}
    {%- set pending, told, threads = {}, {}, {} -%}
    {%- for row in rows -%}
        {%- if row.is_pending and row.transition not in ('grew', 'reminded') -%}{%- do pending.setdefault(row.channel, []).append(row.transition) -%}{%- endif -%}
        {%- if row.told -%}{%- do told.update({row.channel: row.told}) -%}{%- endif -%}
        {%- if row.thread -%}{%- do threads.update({row.channel: row.thread}) -%}{%- endif -%}
    {%- endfor -%}
    {{ return({'pending': pending, 'told': told, 'threads': threads, 'why': rows | map(attribute='why') | select | first | default(none)}) }}
{% endmacro %}


{#- How many windows of the monitor came after the last one that a channel was told of, for each open group. -#}
{% macro windows_since_told() %}
    select told.group_id, told.channel, max(told.remind_every) as remind_every, count(calendar.window_start) as n_windows
    from (
        select incidents.group_id, incidents.monitor, max(monitors.remind_every) as remind_every, deliveries.channel, max(coalesce(deliveries.as_of, incidents.opened_at)) as as_of
        from {{ mlmon.built_table('mlmon_incident_groups') }} as incident_groups
        inner join {{ mlmon.built_table('mlmon_monitors') }} as monitors on monitors.monitor = incident_groups.monitor
        inner join {{ mlmon.built_table('mlmon_incidents') }} as incidents on incidents.group_id = incident_groups.group_id
        inner join {{ mlmon.built_table('mlmon_deliveries') }} as deliveries on deliveries.incident_id = incidents.incident_id
        where incident_groups.status = 'open' and monitors.remind_every is not null
        group by incidents.group_id, incidents.monitor, deliveries.channel
    ) as told
    left join {{ mlmon.built_table('mlmon_calendar') }} as calendar on calendar.monitor = told.monitor and calendar.window_start > told.as_of
    group by told.group_id, told.channel
{% endmacro %}


{#- The incidents that are open, and those of the `names`, or all of them. `place`: in the order of mlmon_transitions. -#}
{% macro report_incidents_query(now, include_closed, names) %}
    select
        incidents.*,
        coalesce(catalog.direction, 'none') as direction,
        coalesce(catalog.unit, '') as unit,
        coalesce(catalog.meaning, 'The logs of the monitor cannot be read') as meaning,
        monitors.actions, lost.lost as value_lost,
        coalesce(incidents.escalated_at > incidents.opened_at, false) as was_warn,
        coalesce(incidents.muted_until > {{ mlmon.timestamp_literal(now) }}, false) as is_muted,
        {{ mlmon.by_span('incidents.') }} = 1 as is_counted,
        row_number() over (order by incidents.monitor, opened.place) as place
    from {{ mlmon.built_table('mlmon_incidents') }} as incidents
    left join {{ mlmon.built_table('mlmon_monitors') }} as monitors on monitors.monitor = incidents.monitor
    left join {{ mlmon.built_table('mlmon_transitions') }} as opened on opened.incident_id = incidents.incident_id and opened.kind = 'opened'
    left join {{ graph.nodes['seed.mlmon.mlmon_metric_catalog'].relation_name }} as catalog
        on catalog.family = incidents.family and catalog.metric = incidents.metric
    left join (
        {{ mlmon.values_lost(mlmon.built_table('mlmon_incidents'), mlmon.built_table('mlmon_kpis'), mlmon.built_table('mlmon_baselines'), mlmon.built_table('mlmon_moving_baselines'), is_open=not include_closed) }}
    ) as lost on lost.incident_id = incidents.incident_id
    {%- if not include_closed %}
    where incidents.status = 'open'{% if names %} or incidents.incident_id in ({{ mlmon.text_literals(names) }}){% endif %}
    {%- endif %}
{% endmacro %}


{#- Incidents that were told and are in the tables no more, by their names. -#}
{% macro gone_incidents_query(names) %}
    select
        transitions.incident_id, {% for name in mlmon.series_key() %}transitions.{{ name }}, {% endfor %}transitions.severity,
        nullif(transitions.shown_with, transitions.incident_id) as group_id, catalog.direction, catalog.unit, catalog.meaning
    from {{ mlmon.built_table('mlmon_transitions') }} as transitions
    left join {{ graph.nodes['seed.mlmon.mlmon_metric_catalog'].relation_name }} as catalog
        on catalog.family = transitions.family and catalog.metric = transitions.metric
    where transitions.incident_id in ({{ mlmon.text_literals(names) }})
    order by transitions.incident_id
{% endmacro %}
