{#- The metrics by month of the windows of a monitor that start before `before` -> SQL with the columns of mlmon_history. `since`: what is in that table
    already; the row of a month that it ends in is made whole here, and takes the place of the one that is there. -#}
{% macro history_rows(monitor, since, before) %}
    {%- set series = mlmon.series_key(without=['monitor']) | join(', ') -%}
    {%- set key = series ~ ', window_start' -%}
    {%- set own = 'monitor = ' ~ mlmon.text_literal(monitor) -%}
    with measured as (
        select
            {{ series }}, {{ mlmon.truncate_timestamp('month', 'old.window_start') }} as window_start,
            value, value as minimum, value as maximum, coalesce(n, 0) as n, coalesce(weight, 0) as weight, 1 as n_windows
        from {{ mlmon.model_relation('mlmon_measured') }} as old
        where {{ own }} and not is_reference and old.window_start < {{ mlmon.timestamp_literal(before) }}
            {%- if since is not none %} and old.window_start >= {{ mlmon.timestamp_literal(since) }}{% endif %}
            and metric not in ({{ mlmon.text_literals(mlmon.metrics_with('roll_up', 'none')) }})
        {%- if since is not none %}
        union all
        select {{ key }}, value, minimum, maximum, n, coalesce(weight, n), n_windows
        from {{ mlmon.model_relation('mlmon_history') }}
        where {{ own }} and window_end > covered_until and covered_until = {{ mlmon.timestamp_literal(since) }}
        {%- endif %}
    )
    select
        {{ mlmon.text_literal(monitor) }} as monitor, {{ key }}, {{ mlmon.window_end('month', 'window_start') }} as window_end,
        case
            when metric in ({{ mlmon.text_literals(mlmon.metrics_with('roll_up', 'sum')) }}) then sum(value)
            else coalesce(sum(value * weight) / nullif(sum(weight), 0), avg(value))
        end as value,
        min(minimum) as minimum, max(maximum) as maximum, sum(n) as n, sum(weight) as weight, sum(n_windows) as n_windows, {{ mlmon.timestamp_literal(before) }} as covered_until
    from measured
    group by {{ key }}
{% endmacro %}


{#- Until when the windows of a monitor are in mlmon_history -> text (UTC), or none. -#}
{% macro history_until(monitor) %}
    {%- set query = 'select ' ~ mlmon.timestamp_text('max(covered_until)') ~ ' as until from ' ~ mlmon.model_relation('mlmon_history')
        ~ ' where monitor = ' ~ mlmon.text_literal(monitor) -%}
    {{ return(run_query(query).rows[0][0]) }}
{% endmacro %}


{#- Writes the months of a monitor up to `before`, and takes out the rows that they replace. Done again it does nothing: `covered_until` says what is there. -#}
{% macro keep_history(monitor, since, before) %}
    {%- set relation = mlmon.model_relation('mlmon_history') -%}
    {%- if since is none or since < before -%}
        {%- set columns = mlmon.table_columns('mlmon_history') -%}
        {%- call statement('history', auto_begin=true) -%}{{ mlmon.insert_part(relation, columns, mlmon.history_rows(monitor, since, before)) }}{%- endcall -%}
    {%- endif -%}
    {%- do mlmon.delete_rows(relation, 'monitor = ' ~ mlmon.text_literal(monitor) ~ ' and covered_until < window_end and covered_until < '
        ~ mlmon.timestamp_literal(mlmon.history_until(monitor) or before)) -%}
{% endmacro %}
