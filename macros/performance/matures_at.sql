{#- When the labels of a window that ends then count as complete. -#}
{% macro matures_at(window_end, maturity_seconds) %}
    {{ return('cast(' ~ dbt.dateadd('second', 'cast(' ~ maturity_seconds ~ ' as ' ~ dbt.type_int() ~ ')', window_end) ~ ' as ' ~ dbt.type_timestamp() ~ ')') }}
{% endmacro %}
