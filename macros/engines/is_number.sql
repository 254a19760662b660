{#- True for a finite double; false for NaN and infinities; NULL for NULL. -#}
{% macro is_number(expression) %}{{ return(adapter.dispatch('is_number', 'mlmon')(expression)) }}{% endmacro %}

{#- NaN is equal to itself and above all numbers on most engines, so a comparison with the largest double tells it as well. -#}
{% macro default__is_number(expression) %}
    {{ return('(' ~ expression ~ ' <= 1.7976931348623157e308 and ' ~ expression ~ ' >= -1.7976931348623157e308)') }}
{% endmacro %}

{% macro duckdb__is_number(expression) %}{{ return('isfinite(' ~ expression ~ ')') }}{% endmacro %}
