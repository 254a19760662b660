{#- A number as a short text for the report: as many digits as a single-precision number has, which is more than a chart shows. -#}
{% macro short_number(expression) %}{{ return(adapter.dispatch('short_number', 'mlmon')(expression)) }}{% endmacro %}

{% macro default__short_number(expression) %}{{ return('cast(cast(' ~ expression ~ ' as real) as ' ~ dbt.type_string() ~ ')') }}{% endmacro %}

{% macro spark__short_number(expression) %}{{ return('cast(cast(' ~ expression ~ ' as float) as string)') }}{% endmacro %}

{% macro bigquery__short_number(expression) %}{{ return('cast(' ~ expression ~ ' as string)') }}{% endmacro %}
