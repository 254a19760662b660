{#- A value of Student's distribution with df degrees of freedom as a standard normal one: a spread that was measured over eight windows is not known well.
    NULL for no degree of freedom. Source: Wallace (1959). -#}
{% macro student_to_normal(t, df) -%}
    {%- set eight = mlmon.double_literal(8) %}
    case when {{ t }} < 0 then -1 else 1 end
    * sqrt({{ df }} * ln(1 + {{ t }} * {{ t }} / nullif({{ df }}, 0))) * ({{ eight }} * {{ df }} + 1) / ({{ eight }} * {{ df }} + 3)
{%- endmacro %}
