{#- A select that returns no row, with the names and types of a table's columns. -#}
{% macro empty_rows(model_name) %}
select
    {%- for name, type in mlmon.table_columns(model_name) %}
    cast(null as {{ mlmon.sql_type(type) }}) as {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
where 1 = 0
{% endmacro %}
