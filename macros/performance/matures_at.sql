{#- When the labels of a window that ends then count as complete. -#}
{% macro matures_at(window_end, maturity_seconds) %}
    {{ return(mlmon.add_time('second', 'cast(' ~ maturity_seconds ~ ' as ' ~ dbt.type_int() ~ ')', window_end)) }}
{% endmacro %}
