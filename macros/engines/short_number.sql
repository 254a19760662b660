{#- A number as a short text for the report: as many digits as a single-precision number has, which is more than a chart shows; one that is too large or small for that as it is. -#}
{% macro short_number(expression) %}{{ return(adapter.dispatch('short_number', 'mlmon')(expression)) }}{% endmacro %}

{% macro default__short_number(expression, type='real') %}
    {{ return('case when abs(' ~ expression ~ ') between 1e-30 and 1e30 then cast(cast(' ~ expression ~ ' as ' ~ type ~ ') as ' ~ dbt.type_string() ~ ') else cast('
        ~ expression ~ ' as ' ~ dbt.type_string() ~ ') end') }}
{% endmacro %}

{% macro spark__short_number(expression) %}{{ return(mlmon.default__short_number(expression, 'float')) }}{% endmacro %}

{% macro bigquery__short_number(expression) %}{{ return('cast(' ~ expression ~ ' as string)') }}{% endmacro %}
