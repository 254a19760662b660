{#- A double squared. -#}
{% macro square(expression) %}{{ return(adapter.dispatch('square', 'mlmon')(expression)) }}{% endmacro %}

{% macro default__square(expression) %}{{ return('(' ~ expression ~ ') * (' ~ expression ~ ')') }}{% endmacro %}

{#- Postgres stops at a product that is too small or too large for a double, where others give 0 or infinity. -#}
{% macro postgres__square(expression) %}
    {{ return("case when abs(" ~ expression ~ ") < 1e-150 then 0 when abs(" ~ expression ~ ") > 1e154 then cast('infinity' as double precision) else "
        ~ mlmon.default__square(expression) ~ ' end') }}
{% endmacro %}

{% macro redshift__square(expression) %}{{ return(mlmon.default__square(expression)) }}{% endmacro %}
