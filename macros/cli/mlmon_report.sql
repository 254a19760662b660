{#- What `mlmon run`, `check`, `notify` and `incidents` show: a row a monitor, the open incidents, closed ones with a transition that was not yet delivered
    to one of `channels` (or all closed ones), incidents that were posted and are no more, and which of `actions` are due. -#}
{% macro mlmon_report(channels=[], include_closed=false, actions=[]) %}
    {%- if env_var('MLMON_RUN_ID', '') -%}{%- do mlmon.hold_tables('going on') -%}{%- endif -%}
    {%- set told = [] -%}
    {%- do mlmon.print_rows('monitor', mlmon.report_monitors_query(), ['tags']) -%}
    {%- set deliveries = mlmon.delivered_transitions() -%}
    {%- set values_lost = mlmon.values_lost() -%}
    {%- set only = var('mlmon_only', []) -%}
    {%- set current = {} -%}
    {%- set series_of = {} -%}
    {%- set incidents = mlmon.query_rows(mlmon.report_incidents_query()) -%}
    {%- for incident in incidents -%}{%- do current.update({incident.incident_id: true}) -%}{%- endfor -%}
    {%- set adopted = mlmon.posted_and_gone(deliveries, current) -%}
    {%- for incident in incidents if not only or incident.monitor in only -%}
        {%- set series = mlmon.series_of(incident) -%}
        {%- set pending = {} -%}
        {%- set threads = mlmon.deep_merge((adopted.get(series) or {}).get('threads', {}), (deliveries.get(incident.incident_id) or {}).get('threads', {})) -%}
        {%- for channel in channels -%}
            {%- set done = (deliveries.get(incident.incident_id) or {}).get(channel, []) + (adopted.get(series) or {}).get(channel, []) -%}
            {%- set due = [] -%}
            {%- if 'opened' not in done -%}{%- do due.append('opened') -%}{%- endif -%}
            {%- if incident.severity == 'error' and incident.escalated_at != incident.opened_at and incident.was_warn and 'escalated' not in done
                    and 'opened' in done and 'opened_error' not in done -%}{%- do due.append('escalated') -%}{%- endif -%}
            {%- if incident.status == 'closed' and 'resolved' not in done -%}{%- do due.append('resolved') -%}{%- endif -%}
            {%- if due -%}{%- do pending.update({channel: due}) -%}{%- do told.append(channel) -%}{%- endif -%}
        {%- endfor -%}
        {%- if incident.status == 'open' or pending or include_closed -%}
            {%- set incident = mlmon.deep_merge(incident, {
                'kind': 'incident', 'pending': pending, 'threads': threads,
                'actions': incident.actions.split(',') if incident.actions and incident.severity == 'error' else [],
                'value_lost': values_lost.get(series)
            }) -%}
            {%- do mlmon.print_row(incident) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for series, posted in adopted.items() -%}
        {%- for channel, transitions in posted.items() if channel in channels and 'resolved' not in transitions -%}
            {%- if series not in mlmon.all_series(incidents) -%}
                {%- do mlmon.print_row(mlmon.deep_merge(posted['row'], {'kind': 'withdrawn', 'channel': channel, 'threads': posted['threads']})) -%}
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


{#- What tells one series of checks from another, as a text. -#}
{% macro series_of(row) %}
    {{ return([row.monitor, row.model_version, row.segment, row.segment_value, row.family, row.subject, row.metric] | join('|')) }}
{% endmacro %}


{% macro all_series(incidents) %}
    {%- set series = {} -%}
    {%- for incident in incidents -%}{%- do series.update({mlmon.series_of(incident): true}) -%}{%- endfor -%}
    {{ return(series) }}
{% endmacro %}


{#- What was posted -> {incident_id: {channel: [transition, …], 'row': the delivery, 'threads': {channel: what the receiver calls the first message}}}.
    A transition of an error adds 'opened_error'. -#}
{% macro delivered_transitions() %}
    {%- set found = {} -%}
    {%- for row in mlmon.query_rows('select * from ' ~ mlmon.model_relation('mlmon_deliveries') ~ ' order by delivered_at') -%}
        {%- set known = found.setdefault(row.incident_id, {'row': row, 'threads': {}}) -%}
        {%- if row.receipt -%}{%- do known.threads.setdefault(row.channel, row.receipt) -%}{%- endif -%}
        {%- set done = known.setdefault(row.channel, []) -%}
        {%- do done.append(row.transition) -%}
        {%- if row.transition == 'action' -%}{%- do known.setdefault('action_times', {}).update({row.channel: row.delivered_at}) -%}{%- endif -%}
        {%- if row.severity == 'error' -%}{%- do done.append('opened_error') -%}{%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{#- Incidents that were posted, whose numbers late data has changed so that they are no more, by series. Where the series has another incident now it is
    the same trouble under a new name, and is not told again. -#}
{% macro posted_and_gone(deliveries, current) %}
    {%- set gone = {} -%}
    {%- for incident_id, posted in deliveries.items() if incident_id not in current -%}
        {%- set open_channels = {'row': posted['row'], 'threads': posted['threads']} -%}
        {%- for channel, transitions in posted.items() if channel not in ['row', 'threads', 'action_times'] and 'resolved' not in transitions -%}
            {%- do open_channels.update({channel: transitions}) -%}
        {%- endfor -%}
        {%- if open_channels | length > 2 -%}{%- do gone.update({mlmon.series_of(posted['row']): open_channels}) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(gone) }}
{% endmacro %}


{% macro report_monitors_query() %}
    {%- set only = var('mlmon_only', []) -%}
    {%- set named = [] -%}
    {%- for name in only -%}{%- do named.append(mlmon.text_literal(name)) -%}{%- endfor -%}
    select
        monitors.monitor, monitors.task, monitors.owner, monitors.runbook, monitors.{{ adapter.quote('window') }} as {{ adapter.quote('window') }},
        monitors.data_problem, monitors.tags,
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
        coalesce(scope.n_windows, 0) as n_windows_changed
    from {{ mlmon.model_relation('mlmon_monitors') }} as monitors
    left join {{ mlmon.model_relation('mlmon_ledger') }} as ledger on ledger.monitor = monitors.monitor
    left join (
        select monitor, min(window_start) as first_window, max(window_start) as last_window, count(*) as n_windows
        from {{ mlmon.model_relation('mlmon_calendar') }}
        group by monitor
    ) as windows on windows.monitor = monitors.monitor
    left join {{ mlmon.model_relation('mlmon_operations') }} as last_window
        on last_window.monitor = monitors.monitor and last_window.window_start = windows.last_window
        and last_window.segment = 'overall' and last_window.model_version = 'all'
    left join (
        select
            monitor, max(case when is_provisional then 1 else 0 end) as is_provisional,
            min(case when column_role = 'score' and center = 0 then 1 else 0 end) as is_empty
        from {{ mlmon.model_relation('mlmon_bins') }}
        group by monitor
    ) as bins on bins.monitor = monitors.monitor
    left join (
        select
            monitor,
            sum(case when severity = 'warn' then 1 else 0 end) as n_open_warn,
            sum(case when severity = 'error' then 1 else 0 end) as n_open_error
        from {{ mlmon.model_relation('mlmon_incidents') }}
        where status = 'open'
        group by monitor
    ) as incidents on incidents.monitor = monitors.monitor
    left join (
        select monitor, count(*) as n_judged
        from {{ mlmon.model_relation('mlmon_checks') }}
        where status <> 'insufficient_data'
        group by monitor
    ) as checks on checks.monitor = monitors.monitor
    left join (
        select monitor, count(*) as n_windows
        from {{ mlmon.model_relation('mlmon_scope') }}
        where not is_range
        group by monitor
    ) as scope on scope.monitor = monitors.monitor
    {% if named %}where monitors.monitor in ({{ named | join(', ') }}){% endif %}
    order by monitors.monitor
{% endmacro %}


{% macro report_incidents_query() %}
    select
        incidents.*,
        coalesce(catalog.direction, 'none') as direction,
        coalesce(catalog.unit, '') as unit,
        coalesce(catalog.meaning, 'The logs of the monitor cannot be read') as meaning,
        monitors.actions,
        coalesce(incidents.escalated_at > incidents.opened_at, false) as was_warn
    from {{ mlmon.model_relation('mlmon_incidents') }} as incidents
    left join {{ mlmon.model_relation('mlmon_monitors') }} as monitors on monitors.monitor = incidents.monitor
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
        from {{ mlmon.model_relation('mlmon_incidents') }} as incidents
        inner join {{ mlmon.model_relation('mlmon_kpis') }} as kpis
            on kpis.monitor = incidents.monitor and kpis.model_version = incidents.model_version
            and kpis.segment = incidents.segment and kpis.segment_value = incidents.segment_value
            and kpis.kpi = 'business_value' and kpis.window_start >= incidents.first_breach_at
            and (incidents.closed_at is null or kpis.window_start < incidents.closed_at)
        inner join {{ mlmon.model_relation('mlmon_baselines') }} as baselines
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
