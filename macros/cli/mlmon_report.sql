{#- What `mlmon run`, `check`, `notify` and `incidents` show: a row a monitor, the open groups of incidents and the open incidents, closed ones with a
    transition that was not yet delivered to one of `channels` (or all closed ones), incidents that were posted and are no more, and which of `actions` are due. An acknowledgement is told to `pagers`. -#}
{% macro mlmon_report(channels=[], include_closed=false, actions=[], pagers=[]) %}
    {%- if env_var('MLMON_RUN_ID', '') -%}{%- do mlmon.hold_tables('going on') -%}{%- endif -%}
    {%- do mlmon.check_version(['mlmon_watermarks', 'mlmon_deliveries', 'mlmon_events']) -%}
    {%- set told = [] -%}
    {%- set now = mlmon.moment_now() -%}
    {%- set only = mlmon.run_option('mlmon_only', []) -%}
    {%- set monitors = mlmon.report_monitors(now) -%}
    {%- set due, ended, gone = {}, [], {} -%}
    {%- for row in (mlmon.query_rows(mlmon.due_transitions(channels, pagers)) if channels else []) -%}
        {%- do (gone if row.is_gone else due).setdefault(row.incident_id, []).append(row) -%}
        {%- if row.is_over and not row.is_gone -%}{%- do ended.append(row.incident_id) -%}{%- endif -%}
    {%- endfor -%}
    {%- set shown_groups, rates = {}, {} -%}
    {%- set incidents = mlmon.query_rows(mlmon.report_incidents_query(now, include_closed, ended | unique | list)) -%}
    {%- set values_lost = mlmon.values_lost(include_closed) -%}
    {%- for incident in incidents if not only or incident.monitor in only -%}
        {%- set transitions = mlmon.pending_on(due.get(incident.incident_id, []), incident, monitors.get(incident.monitor)) -%}
        {%- if incident.status == 'open' or transitions.pending or include_closed -%}
            {%- do told.extend(transitions.pending.keys() | list) -%}
            {%- do shown_groups.update({incident.group_id: true}) -%}
            {%- set value = values_lost.get(mlmon.series_of(incident), {}) -%}
            {%- if value and incident.status == 'open' -%}{%- do rates.update({incident.group_id: [rates.get(incident.group_id, 0), value.rate] | max}) -%}{%- endif -%}
            {%- set incident = mlmon.deep_merge(mlmon.deep_merge(incident, transitions), {
                'kind': 'incident',
                'actions': incident.actions.split(',') if incident.actions and incident.severity == 'error' else [],
                'value_lost': value.get('lost'), 'query': mlmon.runbook_query(incident)
            }) -%}
            {%- do mlmon.print_row(incident) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set since = {} -%}
    {%- for row in mlmon.query_rows(mlmon.windows_since_told_query()) -%}
        {%- do since.setdefault(row.group_id, {}).update({row.channel: row.n_windows}) -%}
    {%- endfor -%}
    {%- for group in mlmon.query_rows(mlmon.report_groups_query(now, include_closed, shown_groups.keys() | list)) if group.group_id in shown_groups -%}
        {%- do mlmon.print_row(mlmon.deep_merge(group, {'kind': 'group', 'windows_since_told': since.get(group.group_id, {}), 'value_rate': rates.get(group.group_id)})) -%}
        {%- if group.remind_every -%}{%- do told.extend(since.get(group.group_id, {}).keys() | list) -%}{%- endif -%}
    {%- endfor -%}
    {%- if gone -%}
        {%- for row in mlmon.query_rows(mlmon.gone_incidents_query(channels, gone.keys() | list)) if not only or row.monitor in only -%}
            {%- set transitions = mlmon.pending_on(gone[row.incident_id], row, monitors.get(row.monitor)) -%}
            {%- do told.extend(transitions.pending.keys() | list) -%}
            {%- do mlmon.print_row(mlmon.deep_merge(mlmon.deep_merge(row, transitions), {'kind': 'gone'})) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for asked in mlmon.asked_actions(actions, incidents) if not only or asked.monitor in only -%}
        {%- do mlmon.print_row(asked) -%}
        {%- do told.append(asked.action) -%}
    {%- endfor -%}
    {%- if env_var('MLMON_RUN_ID', '') and not told -%}
        {%- do mlmon.mlmon_end_run() -%}
        {%- do mlmon.print_row({'kind': 'run_ended'}) -%}
    {%- endif -%}
{% endmacro %}


{#- What is pending of an incident -> {pending: {channel: [transition, …]}, told: {channel: severity}, told_extent, told_rate (of its group, when it was told), threads: {channel: what the receiver calls the first message}, rounds: {channel: how
    often it was told that the incident had ended}, why: why it was withdrawn}. `due`: its rows of `due_transitions`; `monitor`: its row of the report, none where it is configured no more. -#}
{% macro pending_on(due, incident, monitor) %}
    {%- set pending, told, threads, rounds, extents, rates, reasons = {}, {}, {}, {}, {}, {}, [] -%}
    {%- for row in due -%}
        {%- set transitions = [] -%}
        {%- if row.is_new -%}{%- do transitions.append('opened') -%}{%- endif -%}
        {%- if row.is_worse -%}{%- do transitions.append('escalated') -%}{%- endif -%}
        {%- if row.is_taken -%}{%- do transitions.append('acknowledged') -%}{%- endif -%}
        {%- if row.is_over -%}
            {%- set why = mlmon.why_withdrawn(row, incident, monitor) -%}
            {%- if why -%}{%- do reasons.append(why) -%}{%- endif -%}
            {%- do transitions.append('withdrawn' if why else 'resolved') -%}
        {%- endif -%}
        {%- if transitions -%}{%- do pending.update({row.channel: transitions}) -%}{%- endif -%}
        {%- if row.is_told -%}{%- do told.update({row.channel: 'error' if row.is_told_error else 'warn'}) -%}{%- endif -%}
        {%- if row.is_told and row.extent -%}{%- do extents.update({row.channel: row.extent}) -%}{%- endif -%}
        {%- if row.is_told and row.value_rate -%}{%- do rates.update({row.channel: row.value_rate}) -%}{%- endif -%}
        {%- if row.receipt -%}{%- do threads.update({row.channel: row.receipt}) -%}{%- endif -%}
        {%- if row.n_ended -%}{%- do rounds.update({row.channel: row.n_ended}) -%}{%- endif -%}
    {%- endfor -%}
    {{ return({'pending': pending, 'told': told, 'threads': threads, 'rounds': rounds,
        'told_extent': extents, 'told_rate': rates, 'why': reasons | first if reasons else none}) }}
{% endmacro %}


{#- Why an incident that was told and is over did not recover -> monitor (configured no more), reference, configuration or late_data; none where its own data ended it. An incident may
    be closed in the tables and yet not by data: where what it rests on has changed since it was told, and it closed in a window that the run before had seen. -#}
{% macro why_withdrawn(due, incident, monitor) %}
    {%- if not due.is_told -%}{{ return(none) }}{%- endif -%}
    {%- if monitor is none -%}{{ return('monitor') }}{%- endif -%}
    {%- if incident.metric == 'data_problem' or incident.get('resolved_by') or (not due.is_gone and incident.get('is_closed_by_new_data')) -%}{{ return(none) }}{%- endif -%}
    {#- a reference is named by what defines it and, at last, by the rows that it holds: where those are the same, what is counted of them has changed -#}
    {%- if mlmon.run_option('mlmon_rebaseline', false) or (due.reference_id and (due.reference_id.split('-') | last) != ((monitor.reference_id or '').split('-') | last)) -%}
        {{ return('reference') }}
    {%- endif -%}
    {%- for name in ['sums_hash', 'rules_hash'] -%}
        {%- if due[name] and due[name] != monitor[name] -%}{{ return('configuration') }}{%- endif -%}
    {%- endfor -%}
    {{ return('late_data' if due.is_gone else none) }}
{% endmacro %}


{#- Incidents that a channel was told of and that are no more, by their names. What else was told with them and is open names the group. -#}
{% macro gone_incidents_query(channels, names) %}
    with told as (
        {{ mlmon.told_incidents(channels) }}
    )

    select
        gone.incident_id, {% for name in mlmon.series_key() %}gone.{{ name }}, {% endfor %}
        max(gone.severity) as severity, max(incidents.group_id) as group_id,
        max(catalog.direction) as direction, max(catalog.unit) as unit, max(catalog.meaning) as meaning
    from told as gone
    left join told as mates on mates.channel = gone.channel and mates.group_id = gone.group_id and mates.is_told = 1
    left join {{ mlmon.built_table('mlmon_incidents') }} as incidents on incidents.incident_id = mates.incident_id and incidents.status = 'open'
    left join {{ graph.nodes['seed.mlmon.mlmon_metric_catalog'].relation_name }} as catalog
        on catalog.family = gone.family and catalog.metric = gone.metric
    where gone.incident_id in ({{ mlmon.text_literals(names) }})
    group by gone.incident_id, {% for name in mlmon.series_key() %}gone.{{ name }}{{ ", " if not loop.last }}{% endfor %}
    order by gone.incident_id
{% endmacro %}


{#- Prints a row a monitor, with what keeps its messages back at this time -> {name: row}. -#}
{% macro report_monitors(now) %}
    {%- set quiet, rules, rows = {}, {}, {} -%}
    {%- for spec in mlmon.monitors() -%}
        {%- if spec.quiet_hours -%}{%- do quiet.update({spec.name: spec.quiet_hours}) -%}{%- endif -%}
        {#- what opens and closes an incident, besides what judges -#}
        {%- do rules.update({spec.name: local_md5(mlmon.ordered_json([spec.rules_hash, spec.open_n, spec.open_m, spec.close_after, spec.maintenance | string]))}) -%}
    {%- endfor -%}
    {%- set notices, notices_before = {}, {} -%}
    {%- for row in mlmon.query_rows(mlmon.notices_by_week_query(now)) -%}
        {%- do notices.setdefault(row.monitor, {}).update({row.channel: row.n_this_week}) -%}
        {%- do notices_before.setdefault(row.monitor, {}).update({row.channel: row.n_last_week}) -%}
    {%- endfor -%}
    {%- for row in mlmon.query_rows(mlmon.report_monitors_query()) -%}
        {%- set row = mlmon.deep_merge(row, {
            'kind': 'monitor', 'notices_this_week': notices.get(row.monitor, {}), 'notices_last_week': notices_before.get(row.monitor, {}),
            'tags': row.tags.split(',') if row.tags else [], 'rules_hash': rules.get(row.monitor),
            'is_quiet': mlmon.in_quiet_hours(quiet[row.monitor], now) if row.monitor in quiet else false
        }) -%}
        {%- do rows.update({row.monitor: row}) -%}
        {%- do mlmon.print_row(row) -%}
    {%- endfor -%}
    {{ return(rows) }}
{% endmacro %}


{#- How many messages about a monitor each channel has had since Monday, and in the week before. -#}
{% macro notices_by_week_query(now) %}
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
{% macro windows_since_told_query() %}
    select told.group_id, told.channel, count(calendar.window_start) as n_windows
    from (
        select incidents.group_id, incidents.monitor, deliveries.channel, max(coalesce(deliveries.as_of, incidents.opened_at)) as as_of
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


{#- The groups of the incidents shown, in the order in which they are told. `n_open_segments`: the segments in which something is open. `extent`: how many things are open, whatever the
    segment: columns that drift, other numbers. -#}
{% macro report_groups_query(now, include_closed, names) %}
    select
        incident_groups.*, monitors.remind_every,
        coalesce(open_now.n_open_segments, 0) as n_open_segments, coalesce(open_now.extent, 0) as extent,
        coalesce(incident_groups.muted_until > {{ mlmon.timestamp_literal(now) }}, false) as is_muted,
        coalesce(incident_groups.cooling_until > windows.last_window, false) as is_cooling,
        row_number() over (
            order by
                incident_groups.monitor, case incident_groups.status when 'open' then 0 else 1 end, case incident_groups.severity when 'error' then 0 else 1 end,
                {{ mlmon.family_rank('incident_groups.family') }}, incident_groups.first_breach_at, incident_groups.group_id
        ) as place
    from {{ mlmon.built_table('mlmon_incident_groups') }} as incident_groups
    inner join {{ mlmon.built_table('mlmon_monitors') }} as monitors on monitors.monitor = incident_groups.monitor
    left join (
        select monitor, max(window_start) as last_window
        from {{ mlmon.built_table('mlmon_calendar') }}
        group by monitor
    ) as windows on windows.monitor = incident_groups.monitor
    left join (
        select
            group_id,
            count(distinct case when segment <> 'overall' then segment || '=' || segment_value end) as n_open_segments,
            count(distinct family || '|' || subject || '|' || case family when 'drift' then '' else metric end) as extent
        from {{ mlmon.built_table('mlmon_incidents') }}
        where status = 'open'
        group by group_id
    ) as open_now on open_now.group_id = incident_groups.group_id
    {%- if not include_closed %}
    where incident_groups.status = 'open'{% if names %} or incident_groups.group_id in ({{ mlmon.text_literals(names) }}){% endif %}
    {%- endif %}
    order by place
{% endmacro %}


{#- What tells one series of checks from another, as a text. -#}
{% macro series_of(row) %}
    {%- set parts = [] -%}
    {%- for name in mlmon.series_key() -%}{%- do parts.append(row[name]) -%}{%- endfor -%}
    {{ return(parts | join('|')) }}
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
        monitors.sums_hash, watermarks.reference_id,
        coalesce(incidents.n_open_warn, 0) as n_open_warn, coalesce(incidents.n_open_error, 0) as n_open_error,
        case
            when windows.monitor is null and monitors.data_problem is null then 'no_data'
            when incidents.n_open_error > 0 then 'error'
            when incidents.n_open_warn > 0 then 'warn'
            when checks.n_judged > 0 then 'ok'
            else 'insufficient_data'
        end as status,
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
    left join (
        select
            monitor,
            sum(case when severity = 'warn' and by_span = 1 then 1 else 0 end) as n_open_warn,
            sum(case when severity = 'error' and by_span = 1 then 1 else 0 end) as n_open_error
        from (
            select incidents.monitor, incidents.severity, {{ mlmon.by_span('incidents.') }} as by_span
            from {{ mlmon.built_table('mlmon_incidents') }} as incidents
            where incidents.status = 'open'
        ) as counted
        group by monitor
    ) as incidents on incidents.monitor = monitors.monitor
    left join (
        select monitor, count(*) as n_judged
        from {{ mlmon.built_table('mlmon_checks') }}
        where status <> 'insufficient_data'
        group by monitor
    ) as checks on checks.monitor = monitors.monitor
    left join (
        select monitor, count(*) as n_windows
        from {{ mlmon.built_table('mlmon_windows_to_judge') }}
        where not is_range
        group by monitor
    ) as to_judge on to_judge.monitor = monitors.monitor
    {% if named %}where monitors.monitor in ({{ named | join(', ') }}){% endif %}
    order by monitors.monitor
{% endmacro %}


{#- The incidents that are open, that ended and are to be told of (`ended`: their names), or all of them, in the order in which they are told: by monitor, what is open first, the gravest
    group first, and of a group the headline. `is_closed_by_new_data`: the window that closed it was not complete, or its labels were not, when the run before looked. -#}
{% macro report_incidents_query(now, include_closed, ended) %}
    select
        incidents.*,
        coalesce(catalog.direction, 'none') as direction,
        coalesce(catalog.unit, '') as unit,
        coalesce(catalog.meaning, 'The logs of the monitor cannot be read') as meaning,
        monitors.actions,
        coalesce(incidents.escalated_at > incidents.opened_at, false) as was_warn,
        coalesce(incidents.muted_until > {{ mlmon.timestamp_literal(now) }}, false) as is_muted,
        coalesce({{ mlmon.matures_at(mlmon.add_windows('monitors.' ~ mlmon.reserved_name('window'), 'incidents.closed_at', 1),
            "case when incidents.family in ('performance', 'fairness', 'kpi') then coalesce(monitors.maturity_seconds, 0) else 0 end") }}
            > watermarks.previous_newest_timestamp, true) as is_closed_by_new_data,
        {{ mlmon.by_span('incidents.') }} = 1 as is_counted,
        row_number() over (
            order by
                incidents.monitor, case incidents.status when 'open' then 0 else 1 end,
                case incident_groups.status when 'open' then 0 else 1 end, case incident_groups.severity when 'error' then 0 else 1 end,
                {{ mlmon.family_rank('incident_groups.family') }}, incident_groups.first_breach_at, incidents.group_id, incidents.group_place
        ) as place
    from {{ mlmon.built_table('mlmon_incidents') }} as incidents
    left join {{ mlmon.built_table('mlmon_monitors') }} as monitors on monitors.monitor = incidents.monitor
    left join {{ mlmon.built_table('mlmon_watermarks') }} as watermarks on watermarks.monitor = incidents.monitor
    left join {{ mlmon.built_table('mlmon_incident_groups') }} as incident_groups on incident_groups.group_id = incidents.group_id
    left join {{ graph.nodes['seed.mlmon.mlmon_metric_catalog'].relation_name }} as catalog
        on catalog.family = incidents.family and catalog.metric = incidents.metric
    {%- if not include_closed %}
    where incidents.status = 'open'{% if ended %} or incidents.incident_id in ({{ mlmon.text_literals(ended) }}){% endif %}
    {%- endif %}
    order by place
{% endmacro %}


{#- What an incident has cost since its first breach, where the monitor says what outcomes are worth: the labelled predictions of its segment since then, times what
    each is worth less than in the reference -> {series: {lost, rate (a window)}}. Told for performance incidents and for that of the value itself. -#}
{% macro values_lost(include_closed) %}
    {%- set query %}
        select
            {% for name in mlmon.series_key() %}incidents.{{ name }}, {% endfor %}
            sum((baselines.baseline - kpis.value) * kpis.denominator) as lost, count(*) as n_windows
        from {{ mlmon.built_table('mlmon_incidents') }} as incidents
        inner join {{ mlmon.built_table('mlmon_kpis') }} as kpis
            on kpis.monitor = incidents.monitor and kpis.model_version = incidents.model_version
            and kpis.segment = incidents.segment and kpis.segment_value = incidents.segment_value
            and kpis.kpi = 'business_value' and kpis.window_start >= incidents.first_breach_at
            and (incidents.closed_at is null or kpis.window_start < incidents.closed_at)
        inner join {{ mlmon.built_table('mlmon_baselines') }} as baselines
            on baselines.monitor = incidents.monitor and baselines.segment = incidents.segment and baselines.segment_value = incidents.segment_value
            and baselines.family = 'kpi' and baselines.subject = 'business_value' and baselines.compared_to = incidents.compared_to and baselines.phase = {{ mlmon.all_phases() }}
        where (incidents.family = 'performance' or incidents.subject = 'business_value'){% if not include_closed %} and incidents.status = 'open'{% endif %}
        group by {% for name in mlmon.series_key() %}incidents.{{ name }}{{ ', ' if not loop.last }}{% endfor %}
    {% endset -%}
    {%- set lost = {} -%}
    {%- for row in mlmon.query_rows(query) if row.lost is not none and row.lost > 0 -%}
        {%- do lost.update({mlmon.series_of(row): {'lost': row.lost, 'rate': row.lost / row.n_windows}}) -%}
    {%- endfor -%}
    {{ return(lost) }}
{% endmacro %}
