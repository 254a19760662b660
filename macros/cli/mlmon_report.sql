{#- What `mlmon run`, `check`, `notify` and `incidents` show: a row a monitor, the open groups of incidents and the open incidents, closed ones with a
    transition that was not yet delivered to one of `channels` (or all closed ones), incidents that were posted and are no more, and which of `actions` are due. An acknowledgement is told to `pagers`. -#}
{% macro mlmon_report(channels=[], include_closed=false, actions=[], pagers=[]) %}
    {%- if env_var('MLMON_RUN_ID', '') -%}{%- do mlmon.hold_tables('going on') -%}{%- endif -%}
    {%- do mlmon.check_version(['mlmon_ledger', 'mlmon_deliveries', 'mlmon_events']) -%}
    {%- set told = [] -%}
    {%- set now = mlmon.moment_now() -%}
    {%- do mlmon.report_monitors(now) -%}
    {%- set deliveries = mlmon.delivered_transitions() -%}
    {%- set values_lost = mlmon.values_lost() -%}
    {%- set only = mlmon.run_option('mlmon_only', []) -%}
    {%- set current = {} -%}
    {%- set incidents = mlmon.query_rows(mlmon.report_incidents_query(now)) -%}
    {%- for incident in incidents -%}{%- do current.update({incident.incident_id: true}) -%}{%- endfor -%}
    {%- set adopted = mlmon.posted_and_gone(deliveries, current) -%}
    {%- set shown_groups = {} -%}
    {%- for incident in incidents if not only or incident.monitor in only -%}
        {%- set series = mlmon.series_of(incident) -%}
        {%- set pending, told_as = {}, {} -%}
        {%- set threads = mlmon.deep_merge((adopted.get(series) or {}).get('threads', {}), (deliveries.get(incident.incident_id) or {}).get('threads', {})) -%}
        {%- for channel in channels -%}
            {%- set done = mlmon.done_on(deliveries.get(incident.incident_id), channel) + mlmon.done_on(adopted.get(series), channel) -%}
            {%- set due = [] -%}
            {%- if 'opened' not in done -%}{%- do due.append('opened') -%}{%- else -%}
                {%- do told_as.update({channel: 'error' if 'opened_error' in done else 'warn'}) -%}
            {%- endif -%}
            {%- if incident.severity == 'error' and incident.escalated_at != incident.opened_at and incident.was_warn and 'escalated' not in done
                    and 'opened' in done and 'opened_error' not in done -%}{%- do due.append('escalated') -%}{%- endif -%}
            {%- if channel in pagers and incident.acknowledged_by and incident.status == 'open' and 'opened' in done and 'acknowledged' not in done -%}
                {%- do due.append('acknowledged') -%}
            {%- endif -%}
            {%- if incident.status == 'closed' and 'resolved' not in done -%}{%- do due.append('resolved') -%}{%- endif -%}
            {#- what was quiet while it lasted is not told when it is over -#}
            {%- if due == ['opened', 'resolved'] and (incident.is_expected or incident.is_before_reference or incident.muted_until is not none) -%}{%- set due = [] -%}{%- endif -%}
            {%- if due -%}{%- do pending.update({channel: due}) -%}{%- do told.append(channel) -%}{%- endif -%}
        {%- endfor -%}
        {%- if incident.status == 'open' or pending or include_closed -%}
            {%- do shown_groups.update({incident.group_id: true}) -%}
            {%- set incident = mlmon.deep_merge(incident, {
                'kind': 'incident', 'pending': pending, 'told': told_as, 'threads': threads,
                'actions': incident.actions.split(',') if incident.actions and incident.severity == 'error' else [],
                'value_lost': values_lost.get(series), 'query': mlmon.runbook_query(incident)
            }) -%}
            {%- do mlmon.print_row(incident) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set since = {} -%}
    {%- for row in mlmon.query_rows(mlmon.windows_since_told_query()) -%}
        {%- do since.setdefault(row.group_id, {}).update({row.channel: row.n_windows}) -%}
    {%- endfor -%}
    {%- for group in mlmon.query_rows(mlmon.report_groups_query(now)) if group.group_id in shown_groups -%}
        {%- do mlmon.print_row(mlmon.deep_merge(group, {'kind': 'group', 'windows_since_told': since.get(group.group_id, {})})) -%}
        {%- if group.remind_every -%}{%- do told.extend(since.get(group.group_id, {}).keys() | list) -%}{%- endif -%}
    {%- endfor -%}
    {%- for series, posted in adopted.items() -%}
        {%- for channel, transitions in posted.done.items() if channel in channels and 'resolved' not in transitions -%}
            {%- if series not in mlmon.all_series(incidents) -%}
                {%- do mlmon.print_row(mlmon.deep_merge(posted.row, {'kind': 'withdrawn', 'channel': channel, 'threads': posted.threads})) -%}
                {%- do told.append(channel) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for asked in mlmon.asked_actions(actions, incidents, deliveries, adopted) if not only or asked.monitor in only -%}
        {%- do mlmon.print_row(asked) -%}
        {%- do told.append(asked.action) -%}
    {%- endfor -%}
    {%- if env_var('MLMON_RUN_ID', '') and not told -%}
        {%- do mlmon.mlmon_end_run() -%}
        {%- do mlmon.print_row({'kind': 'run_ended'}) -%}
    {%- endif -%}
{% endmacro %}


{#- A row a monitor, with what keeps its messages back at this time. -#}
{% macro report_monitors(now) %}
    {%- set quiet = {} -%}
    {%- for spec in mlmon.monitors() if spec.quiet_hours -%}{%- do quiet.update({spec.name: spec.quiet_hours}) -%}{%- endfor -%}
    {%- set notices, notices_before = {}, {} -%}
    {%- for row in mlmon.query_rows(mlmon.notices_by_week_query(now)) -%}
        {%- do notices.setdefault(row.monitor, {}).update({row.channel: row.n_this_week}) -%}
        {%- do notices_before.setdefault(row.monitor, {}).update({row.channel: row.n_last_week}) -%}
    {%- endfor -%}
    {%- for row in mlmon.query_rows(mlmon.report_monitors_query()) -%}
        {%- do mlmon.print_row(mlmon.deep_merge(row, {
            'kind': 'monitor', 'notices_this_week': notices.get(row.monitor, {}), 'notices_last_week': notices_before.get(row.monitor, {}),
            'tags': row.tags.split(',') if row.tags else [],
            'is_quiet': mlmon.in_quiet_hours(quiet[row.monitor], now) if row.monitor in quiet else false
        })) -%}
    {%- endfor -%}
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
        from {{ mlmon.built_table('mlmon_deliveries') }} as deliveries
        inner join {{ mlmon.built_table('mlmon_incidents') }} as incidents on incidents.incident_id = deliveries.incident_id
        group by incidents.group_id, incidents.monitor, deliveries.channel
    ) as told
    left join {{ mlmon.built_table('mlmon_calendar') }} as calendar on calendar.monitor = told.monitor and calendar.window_start > told.as_of
    group by told.group_id, told.channel
{% endmacro %}


{#- The groups, with the id under which each was first told: it stays the same where late data moves the beginning of a group. -#}
{% macro report_groups_query(now) %}
    select
        incident_groups.*, monitors.remind_every,
        coalesce(first_told.group_id, incident_groups.group_id) as thread_id,
        coalesce(incident_groups.muted_until > {{ mlmon.timestamp_literal(now) }}, false) as is_muted,
        coalesce(incident_groups.cooling_until > windows.last_window, false) as is_cooling
    from {{ mlmon.built_table('mlmon_incident_groups') }} as incident_groups
    inner join {{ mlmon.built_table('mlmon_monitors') }} as monitors on monitors.monitor = incident_groups.monitor
    left join (
        select monitor, max(window_start) as last_window
        from {{ mlmon.built_table('mlmon_calendar') }}
        group by monitor
    ) as windows on windows.monitor = incident_groups.monitor
    left join (
        select
            incidents.group_id as current_id, deliveries.group_id,
            row_number() over (partition by incidents.group_id order by deliveries.delivered_at, deliveries.delivery_key) as by_time
        from {{ mlmon.built_table('mlmon_deliveries') }} as deliveries
        inner join {{ mlmon.built_table('mlmon_incidents') }} as incidents on incidents.incident_id = deliveries.incident_id
        where deliveries.group_id is not null
    ) as first_told on first_told.current_id = incident_groups.group_id and first_told.by_time = 1
    order by incident_groups.monitor, incident_groups.status desc, incident_groups.severity, incident_groups.first_breach_at
{% endmacro %}


{#- What tells one series of checks from another, as a text. -#}
{% macro series_of(row) %}
    {{ return([row.monitor, row.model_version, row.segment, row.segment_value, row.family, row.subject, row.metric] | join('|')) }}
{% endmacro %}


{% macro all_series(incidents) %}
    {%- set series = {} -%}
    {%- for incident in incidents -%}{%- do series.update({mlmon.series_of(incident): true}) -%}{%- endfor -%}
    {{ return(series) }}
{% endmacro %}


{#- What was posted -> {incident_id: {'row': the delivery, 'done': {channel: [transition, …]}, 'threads': {channel: what the receiver calls the first
    message}, 'action_times': {channel: when}}}. A transition of an error adds 'opened_error'. -#}
{% macro delivered_transitions() %}
    {%- set found = {} -%}
    {%- for row in mlmon.query_rows('select * from ' ~ mlmon.built_table('mlmon_deliveries') ~ ' order by delivered_at') -%}
        {%- set known = found.setdefault(row.incident_id, {'row': row, 'done': {}, 'threads': {}, 'action_times': {}}) -%}
        {%- if row.receipt -%}{%- do known.threads.setdefault(row.channel, row.receipt) -%}{%- endif -%}
        {%- set done = known.done.setdefault(row.channel, []) -%}
        {%- do done.append(row.transition) -%}
        {%- if row.transition == 'action' -%}{%- do known.action_times.update({row.channel: row.delivered_at}) -%}{%- endif -%}
        {%- if row.severity == 'error' -%}{%- do done.append('opened_error') -%}{%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{#- What a channel was told of one of these -> list of transitions. -#}
{% macro done_on(posted, channel) %}{{ return(posted.done.get(channel, []) if posted else []) }}{% endmacro %}


{#- Incidents that were posted, whose numbers late data has changed so that they are no more, by series. Where the series has another incident now it is
    the same trouble under a new name, and is not told again. -#}
{% macro posted_and_gone(deliveries, current) %}
    {%- set gone = {} -%}
    {%- for incident_id, posted in deliveries.items() if incident_id not in current -%}
        {%- set unresolved = {} -%}
        {%- for channel, transitions in posted.done.items() if 'resolved' not in transitions -%}
            {%- do unresolved.update({channel: transitions}) -%}
        {%- endfor -%}
        {%- if unresolved -%}{%- do gone.update({mlmon.series_of(posted.row): {'row': posted.row, 'threads': posted.threads, 'done': unresolved}}) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(gone) }}
{% endmacro %}


{% macro report_monitors_query() %}
    {%- set only = mlmon.run_option('mlmon_only', []) -%}
    {%- set named = [] -%}
    {%- for name in only -%}{%- do named.append(mlmon.text_literal(name)) -%}{%- endfor -%}
    select
        monitors.monitor, monitors.task, monitors.owner, monitors.runbook, monitors.{{ mlmon.reserved_name('window') }} as {{ mlmon.reserved_name('window') }},
        monitors.data_problem, monitors.tags, monitors.remind_every, monitors.max_notices_per_week,
        ledger.newest_timestamp, windows.first_window, windows.last_window, windows.n_windows,
        last_window.n_predictions as n_predictions_last_window,
        case when bins.monitor is null or bins.is_empty = 1 then 'empty' when bins.is_provisional = 1 then 'provisional' else 'taken' end as reference,
        coalesce(incidents.n_open_warn, 0) as n_open_warn, coalesce(incidents.n_open_error, 0) as n_open_error,
        case
            when windows.monitor is null and monitors.data_problem is null then 'no_data'
            when incidents.n_open_error > 0 then 'error'
            when incidents.n_open_warn > 0 then 'warn'
            when checks.n_judged > 0 then 'ok'
            else 'insufficient_data'
        end as status,
        coalesce(ledger.n_undated, 0) as n_undated,
        coalesce(ledger.n_predictions_unseen, 0) + coalesce(ledger.n_labels_unseen, 0) as n_unseen,
        coalesce(scope.n_windows, 0) as n_windows_changed
    from {{ mlmon.built_table('mlmon_monitors') }} as monitors
    left join {{ mlmon.built_table('mlmon_ledger') }} as ledger on ledger.monitor = monitors.monitor
    left join (
        select monitor, min(window_start) as first_window, max(window_start) as last_window, count(*) as n_windows
        from {{ mlmon.built_table('mlmon_calendar') }}
        group by monitor
    ) as windows on windows.monitor = monitors.monitor
    left join {{ mlmon.built_table('mlmon_operations') }} as last_window
        on last_window.monitor = monitors.monitor and last_window.window_start = windows.last_window
        and last_window.segment = 'overall' and last_window.model_version = 'all'
    left join (
        select
            monitor, max(case when is_provisional then 1 else 0 end) as is_provisional,
            min(case when column_role = 'score' and center = 0 then 1 else 0 end) as is_empty
        from {{ mlmon.built_table('mlmon_bins') }}
        group by monitor
    ) as bins on bins.monitor = monitors.monitor
    left join (
        select
            monitor,
            sum(case when severity = 'warn' then 1 else 0 end) as n_open_warn,
            sum(case when severity = 'error' then 1 else 0 end) as n_open_error
        from {{ mlmon.built_table('mlmon_incidents') }}
        where status = 'open'
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
        from {{ mlmon.built_table('mlmon_scope') }}
        where not is_range
        group by monitor
    ) as scope on scope.monitor = monitors.monitor
    {% if named %}where monitors.monitor in ({{ named | join(', ') }}){% endif %}
    order by monitors.monitor
{% endmacro %}


{% macro report_incidents_query(now) %}
    select
        incidents.*,
        coalesce(catalog.direction, 'none') as direction,
        coalesce(catalog.unit, '') as unit,
        coalesce(catalog.meaning, 'The logs of the monitor cannot be read') as meaning,
        monitors.actions,
        coalesce(incidents.escalated_at > incidents.opened_at, false) as was_warn,
        coalesce(incidents.muted_until > {{ mlmon.timestamp_literal(now) }}, false) as is_muted
    from {{ mlmon.built_table('mlmon_incidents') }} as incidents
    left join {{ mlmon.built_table('mlmon_monitors') }} as monitors on monitors.monitor = incidents.monitor
    left join {{ graph.nodes['seed.mlmon.mlmon_metric_catalog'].relation_name }} as catalog
        on catalog.family = incidents.family and catalog.metric = incidents.metric
    order by incidents.monitor, incidents.severity, incidents.first_breach_at, incidents.segment, incidents.segment_value, incidents.family, incidents.subject, incidents.metric
{% endmacro %}


{#- What an incident has cost since its first breach, where the monitor says what outcomes are worth: the labelled predictions of its segment since then, times what
    each is worth less than in the reference -> {series: number}. Told for performance incidents and for that of the value itself. -#}
{% macro values_lost() %}
    {%- set query %}
        select
            incidents.monitor, incidents.model_version, incidents.segment, incidents.segment_value, incidents.family, incidents.subject, incidents.metric,
            sum((baselines.baseline - kpis.value) * kpis.denominator) as lost
        from {{ mlmon.built_table('mlmon_incidents') }} as incidents
        inner join {{ mlmon.built_table('mlmon_kpis') }} as kpis
            on kpis.monitor = incidents.monitor and kpis.model_version = incidents.model_version
            and kpis.segment = incidents.segment and kpis.segment_value = incidents.segment_value
            and kpis.kpi = 'business_value' and kpis.window_start >= incidents.first_breach_at
            and (incidents.closed_at is null or kpis.window_start < incidents.closed_at)
        inner join {{ mlmon.built_table('mlmon_baselines') }} as baselines
            on baselines.monitor = incidents.monitor and baselines.segment = incidents.segment and baselines.segment_value = incidents.segment_value
            and baselines.family = 'kpi' and baselines.subject = 'business_value' and baselines.phase = -1
        where incidents.family = 'performance' or incidents.subject = 'business_value'
        group by incidents.monitor, incidents.model_version, incidents.segment, incidents.segment_value, incidents.family, incidents.subject, incidents.metric
    {% endset -%}
    {%- set lost = {} -%}
    {%- for row in mlmon.query_rows(query) if row.lost is not none and row.lost > 0 -%}
        {%- do lost.update({mlmon.series_of(row): row.lost}) -%}
    {%- endfor -%}
    {{ return(lost) }}
{% endmacro %}
