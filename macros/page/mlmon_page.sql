{#- What `mlmon report` draws: blocks, each the rows of one query over the public tables and the query itself. First a block for all monitors, then those of each.
    `names`: the monitors, all by default; `since` and `until`: the windows from and before these moments (UTC), by default the last ones of each monitor.
    A monitor that is unknown is a row of kind `mistake`. -#}
{% macro mlmon_page(names=[], since=none, until=none) %}
    {%- do mlmon.check_version(['mlmon_watermarks', 'mlmon_deliveries', 'mlmon_events', 'mlmon_checks']) -%}
    {%- set now = mlmon.moment_now() -%}
    {%- set found = mlmon.query_rows(mlmon.page_monitors_query()) -%}
    {%- set known = found | map(attribute='monitor') | list -%}
    {%- set unknown = names | reject('in', known) | list -%}
    {%- for name in unknown -%}
        {%- do mlmon.print_row({'kind': 'mistake', 'message': "there is no monitor '" ~ name ~ "' in the tables" ~ mlmon.suggestion(name, known)}) -%}
    {%- endfor -%}
    {%- set shown = found if not names else found | selectattr('monitor', 'in', names) | list -%}
    {%- if not unknown -%}
        {%- do mlmon.print_row({'kind': 'page', 'made_at': now, 'since': since, 'until': until}) -%}
        {%- if shown -%}{%- do mlmon.page_of_all(shown | map(attribute='monitor') | list, now, since, until) -%}{%- endif -%}
        {%- for monitor in shown if monitor.n_windows -%}
            {%- do mlmon.page_of_monitor(mlmon.page_scope(monitor, since, until)) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}


{% macro page_monitors_query() -%}
    select
        monitors.monitor, monitors.task, monitors.{{ mlmon.reserved_name('window') }} as time_window, monitors.has_labels, monitors.has_value,
        count(calendar.window_start) as n_windows, max(calendar.window_start) as last_window
    from {{ mlmon.built_table('mlmon_monitors') }} as monitors
    left join {{ mlmon.built_table('mlmon_calendar') }} as calendar on calendar.monitor = monitors.monitor
    group by monitors.monitor, monitors.task, monitors.{{ mlmon.reserved_name('window') }}, monitors.has_labels, monitors.has_value
    order by monitors.monitor
{%- endmacro %}
