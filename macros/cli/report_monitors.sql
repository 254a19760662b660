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
        where not is_range and is_judged
        group by monitor
    ) as to_judge on to_judge.monitor = monitors.monitor
    {% if named %}where monitors.monitor in ({{ named | join(', ') }}){% endif %}
    order by monitors.monitor
{% endmacro %}
