{#- A select that returns no row, with the names and types of a table's columns. -#}
{% macro empty_rows(model_name) %}
{%- do mlmon.check_settings(model_name) %}
{{ mlmon.literal_rows(dict(mlmon.table_columns(model_name)), []) }}
{% endmacro %}


{#- What ends a select of literals that returns no row. A condition without a table is an error on BigQuery. -#}
{% macro no_rows() -%}
from (select 1 as one) as nothing where 1 = 0
{%- endmacro %}
