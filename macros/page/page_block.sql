{#- Prints a block of the report: its name, the query that made it, and its rows. `monitor`: none for all of them. -#}
{% macro page_block(monitor, name, query) %}
    {%- set rows = mlmon.query_rows(query) -%}
    {%- do mlmon.page_print(monitor, name, query, rows, []) -%}
{% endmacro %}


{#- The same for series: a row for each value of `keys`, and in it each of `packed` as a list in the order of `along`. The rows come as few long texts, for dbt takes a while
    for each row that it reads. `packed`: {column: time, number, count or text}; a text holds no comma. -#}
{% macro page_series(monitor, name, query, keys, packed, along='window_start') %}
    {%- set lists = [] -%}
    {%- for column, type in packed.items() -%}
        {%- set text = {
            'time': mlmon.timestamp_text(column), 'number': mlmon.short_number(column), 'text': column,
            'count': 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')'
        }[type] -%}
        {%- do lists.append(mlmon.list_of('coalesce(' ~ text ~ ", '')", along) ~ ' as ' ~ column) -%}
    {%- endfor -%}
    {%- set lists_query -%}
        select {{ (keys + lists) | join(',\n    ') }}
        from (
        {{ query }}
        ) as shown
        group by {{ keys | join(', ') }}
        order by {{ keys | join(', ') }}
    {%- endset -%}
    {%- do mlmon.page_print(monitor, name, query, mlmon.query_rows(lists_query), packed) -%}
{% endmacro %}


{% macro page_print(monitor, name, query, rows, packed) %}
    {%- set columns = (rows[0].keys() | list) if rows else [] -%}
    {%- set values = [] -%}
    {%- for row in rows -%}{%- do values.append(row.values() | list) -%}{%- endfor -%}
    {%- do mlmon.print_row({'kind': 'block', 'monitor': monitor, 'name': name, 'sql': query | trim, 'columns': columns, 'packed': packed or {}, 'rows': values}) -%}
{% endmacro %}
