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
    {%- set incidents = mlmon.query_rows(mlmon.report_incidents_query(now, include_closed, known.keys() | list)) -%}
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
    {%- for group in mlmon.query_rows(mlmon.report_groups_query(now, include_closed, groups.keys() | list, told)) if group.group_id in groups -%}{%- do heads.append(group) -%}{%- endfor -%}
    {%- set moved = mlmon.what_moved(heads, told) -%}
    {%- for group in heads -%}
        {%- do mlmon.print_row(mlmon.deep_merge(mlmon.deep_merge(group, moved[group.group_id]), {'kind': 'group'})) -%}
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


{#- What of the column that moved first has moved, of the groups that are told now -> {group_id: {moved_mean, …}}, a row each; all of it none where it is not known. A baseline that
    moves is none that the profile could be compared with; a share of faults says all there is by itself. -#}
{% macro what_moved(heads, told) %}
    {%- set found, asked = {}, [] -%}
    {%- set nothing = {'mean_now': none, 'mean_before': none, 'category': none, 'category_bin': none, 'share_now': none, 'share_before': none} -%}
    {%- for group in heads -%}
        {%- do found.update({group.group_id: nothing}) -%}
        {%- if group.group_id in told and group.moved_at and group.moved_against == 'reference' and (group.moved_metric or '').startswith('psi_excess') -%}{%- do asked.append(group) -%}{%- endif -%}
    {%- endfor -%}
    {%- if asked -%}
        {%- for row in mlmon.query_rows(mlmon.moved_columns(asked, mlmon.built_table('mlmon_profile'), mlmon.built_table('mlmon_reference'), mlmon.built_table('mlmon_bins'))) -%}
            {%- do found.update({row.group_id: row}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
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


{#- Prints a row a monitor, with what keeps its messages back at this time -> {name: row}. -#}
{% macro report_monitors(now) %}
    {%- set quiet, rows = {}, {} -%}
    {%- for spec in mlmon.monitors() if spec.quiet_hours -%}{%- do quiet.update({spec.name: spec.quiet_hours}) -%}{%- endfor -%}
    {%- set notices, notices_before = {}, {} -%}
    {%- for row in mlmon.query_rows(mlmon.notices_by_week(now)) -%}
        {%- do notices.setdefault(row.monitor, {}).update({row.channel: row.n_this_week}) -%}
        {%- do notices_before.setdefault(row.monitor, {}).update({row.channel: row.n_last_week}) -%}
    {%- endfor -%}
    {%- for row in mlmon.query_rows(mlmon.report_monitors_query()) -%}
        {%- set row = mlmon.deep_merge(row, {
            'kind': 'monitor', 'notices_this_week': notices.get(row.monitor, {}), 'notices_last_week': notices_before.get(row.monitor, {}),
            'tags': row.tags.split(',') if row.tags else [],
            'is_quiet': mlmon.in_quiet_hours(quiet[row.monitor], now) if row.monitor in quiet else false
        }) -%}
        {%- do rows.update({row.monitor: row}) -%}
        {%- do mlmon.print_row(row) -%}
    {%- endfor -%}
    {{ return(rows) }}
{% endmacro %}


{#- How many messages about a monitor each channel has had since Monday, and in the week before. -#}
{% macro notices_by_week(now) %}
    {%- set moment = modules.datetime.datetime.strptime(now, '%Y-%m-%d %H:%M:%S') -%}
    {%- set monday = moment - modules.datetime.timedelta(days=moment.weekday()) -%}
    {%- set this_week = mlmon.timestamp_literal(monday.strftime('%Y-%m-%d 00:00:00')) -%}
    {%- set last_week = mlmon.timestamp_literal((monday - modules.datetime.timedelta(days=7)).strftime('%Y-%m-%d 00:00:00')) -%}
    {%- set message = 'coalesce(message_key, cast(delivered_at as ' ~ dbt.type_string() ~ '))' -%}
    select
        monitor, channel,
        count(distinct case when delivered_at >= {{ this_week }} then {{ message }} end) as n_this_week,
        count(distinct case when delivered_at < {{ this_week }} then {{ message }} end) as n_last_week
    from {{ mlmon.built_table('mlmon_deliveries') }}
    where delivered_at >= {{ last_week }}
    group by monitor, channel
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


{% macro report_monitors_query() %}
    {%- set only = mlmon.run_option('mlmon_only', []) -%}
    {%- set named = [] -%}
    {%- for name in only -%}{%- do named.append(mlmon.text_literal(name)) -%}{%- endfor -%}
    select
        monitors.monitor, monitors.task, monitors.owner, monitors.runbook, monitors.{{ mlmon.reserved_name('window') }} as {{ mlmon.reserved_name('window') }},
        monitors.data_problem, monitors.tags, monitors.remind_every, monitors.max_notices_per_week,
        watermarks.newest_timestamp, windows.first_window, windows.last_window, windows.n_windows,
        last_window.n_predictions as n_predictions_last_window,
        case when coalesce(reference_rows.n, 0) = 0 then 'empty' when bins.is_provisional = 1 then 'provisional' else 'taken' end as reference,
        monitors.reference_start, monitors.reference_end, watermarks.first_timestamp,
        monitors.sums_hash, monitors.incidents_hash as rules_hash, watermarks.reference_id,
        health.n_open_warn, health.n_open_error, health.status,
        coalesce(watermarks.n_undated, 0) as n_undated,
        coalesce(watermarks.n_predictions_unseen, 0) + coalesce(watermarks.n_labels_unseen, 0) as n_unseen,
        coalesce(to_judge.n_windows, 0) as n_windows_changed
    from {{ mlmon.built_table('mlmon_monitors') }} as monitors
    left join {{ mlmon.built_table('mlmon_watermarks') }} as watermarks on watermarks.monitor = monitors.monitor
    left join (
        select monitor, min(window_start) as first_window, max(window_start) as last_window, count(*) as n_windows
        from {{ mlmon.built_table('mlmon_calendar') }}
        group by monitor
    ) as windows on windows.monitor = monitors.monitor
    left join {{ mlmon.built_table('mlmon_operations') }} as last_window
        on last_window.monitor = monitors.monitor and last_window.window_start = windows.last_window
        and last_window.segment = 'overall' and last_window.model_version = 'all'
    left join (
        select monitor, max(case when is_provisional then 1 else 0 end) as is_provisional
        from {{ mlmon.built_table('mlmon_bins') }}
        group by monitor
    ) as bins on bins.monitor = monitors.monitor
    left join (
        select monitor, sum(n) as n
        from {{ mlmon.built_table('mlmon_reference') }}
        where segment = 'overall'
        group by monitor
    ) as reference_rows on reference_rows.monitor = monitors.monitor
    inner join (
        {{ mlmon.version_status(mlmon.built_table('mlmon_monitors'), mlmon.built_table('mlmon_operations'), mlmon.built_table('mlmon_checks'), mlmon.built_table('mlmon_incidents')) }}
    ) as health on health.monitor = monitors.monitor and health.model_version = 'all'
    left join (
        select monitor, count(*) as n_windows
        from {{ mlmon.built_table('mlmon_windows_to_judge') }}
        where not is_range
        group by monitor
    ) as to_judge on to_judge.monitor = monitors.monitor
    {% if named %}where monitors.monitor in ({{ named | join(', ') }}){% endif %}
    order by monitors.monitor
{% endmacro %}


{#- The incidents that are open, and those of the `names`, or all of them, in the order of mlmon_transitions. -#}
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
    order by place
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


{#- The groups that are open and those of the `names`, or all of them, in the order of mlmon_transitions. Of those that are `told` the cost is known though they are over. -#}
{% macro report_groups_query(now, include_closed, names, told) %}
    {%- set is_shown -%}
    {%- if include_closed -%}1 = 1{%- else -%}(incident_groups.status = 'open'{% if names %} or incident_groups.group_id in ({{ mlmon.text_literals(names) }}){% endif %}){%- endif -%}
    {%- endset -%}
    select
        incident_groups.*, {% for name in mlmon.story_columns() %}stories.{{ name }}, {% endfor %}
        monitors.remind_every, costs.rate as value_rate, costs.lost as value_lost,
        coalesce(extents.n_open_segments, 0) as n_open_segments, coalesce(extents.extent, 0) as extent,
        coalesce(incident_groups.muted_until > {{ mlmon.timestamp_literal(now) }}, false) as is_muted,
        coalesce(incident_groups.cooling_until > windows.last_window, false) as is_cooling,
        row_number() over (order by incident_groups.monitor, opened.place) as place
    from {{ mlmon.built_table('mlmon_incident_groups') }} as incident_groups
    inner join {{ mlmon.built_table('mlmon_monitors') }} as monitors on monitors.monitor = incident_groups.monitor
    left join (
        select shown_with, min(place) as place
        from {{ mlmon.built_table('mlmon_transitions') }}
        where kind = 'opened'
        group by shown_with
    ) as opened on opened.shown_with = incident_groups.group_id
    left join (
        {{ mlmon.last_windows(mlmon.built_table('mlmon_calendar')) }}
    ) as windows on windows.monitor = incident_groups.monitor
    left join (
        {{ mlmon.group_extents() }}
    ) as extents on extents.group_id = incident_groups.group_id
    left join (
        {{ mlmon.group_costs(mlmon.built_table('mlmon_incidents'), mlmon.built_table('mlmon_kpis'), mlmon.built_table('mlmon_baselines'), mlmon.built_table('mlmon_moving_baselines'), is_open=not include_closed, groups=told) }}
    ) as costs on costs.group_id = incident_groups.group_id
    left join (
        {{ mlmon.group_stories(mlmon.built_table('mlmon_incident_groups'), mlmon.built_table('mlmon_incidents'), mlmon.built_table('mlmon_found_incidents'), is_shown) }}
    ) as stories on stories.group_id = incident_groups.group_id
    where {{ is_shown }}
    order by place
{% endmacro %}


{#- Of open groups: the segments in which something is open, and how many things are, whatever the segment: columns that drift, other numbers. -#}
{% macro group_extents() -%}
    select
        group_id,
        count(distinct case when segment <> 'overall' then segment || '=' || segment_value end) as n_open_segments,
        count(distinct family || '|' || subject || '|' || case family when 'drift' then '' else metric end) as extent
    from {{ mlmon.built_table('mlmon_incidents') }}
    where status = 'open'
    group by group_id
{%- endmacro %}
