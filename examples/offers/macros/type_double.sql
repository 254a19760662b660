{# Eight bytes everywhere: dbt's own `type_float` has four on DuckDB and Spark. #}
{% macro type_double() %}{{ return(adapter.dispatch('type_double', 'offers')()) }}{% endmacro %}

{% macro default__type_double() %}{{ return('double') }}{% endmacro %}

{% macro postgres__type_double() %}{{ return('double precision') }}{% endmacro %}

{% macro bigquery__type_double() %}{{ return('float64') }}{% endmacro %}
