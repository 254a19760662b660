{#- A select that returns no row, with the names and types of a table's columns. -#}
{% macro empty_rows(model_name) %}
{%- do mlmon.check_settings(model_name) %}
select
    {%- for name, type in mlmon.table_columns(model_name) %}
    cast(null as {{ mlmon.sql_type(type) }}) as {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
{{ mlmon.no_rows() }}
{% endmacro %}


{#- What ends a select of literals that returns no row. A condition without a table is an error on BigQuery. -#}
{% macro no_rows() -%}
from (select 1 as one) as nothing where 1 = 0
{%- endmacro %}
