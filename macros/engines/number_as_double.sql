{#- A numeric column as a double. `family` as `column_family` tells it. -#}
{% macro number_as_double(expression, family) %}{{ return(adapter.dispatch('number_as_double', 'mlmon')(expression, family)) }}{% endmacro %}

{% macro default__number_as_double(expression, family) %}{{ return(mlmon.as_double(expression)) }}{% endmacro %}

{#- A numeric that a double cannot hold is an error there, and would stop the run: one too large counts as infinite, one too small as none. -#}
{% macro postgres__number_as_double(expression, family) %}
    {%- if family != 'decimal' -%}{{ return(mlmon.as_double(expression)) }}{%- endif -%}
    {{ return("case when " ~ expression ~ " = 'NaN' then 'NaN' when " ~ expression ~ " > 1e308 then 'Infinity' when " ~ expression ~ " < -1e308 then '-Infinity'"
        ~ " when abs(" ~ expression ~ ") < 1e-307 then 0 else " ~ mlmon.as_double(expression) ~ ' end') }}
{% endmacro %}

{% macro redshift__number_as_double(expression, family) %}{{ return(mlmon.as_double(expression)) }}{% endmacro %}
