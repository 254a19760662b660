{#- A rate of a group beside that of the reference group: the columns `rate`, `rate_ratio` and `rate_difference`. `own`, `reference`: SQL of the two. -#}
{% macro compared_rate(rate, own, reference) -%}
    {{ own }} as {{ mlmon.metric_column(rate) }},
    {{ own }} / nullif({{ reference }}, 0) as {{ rate }}_ratio,
    {{ own }} - {{ reference }} as {{ rate }}_difference
{%- endmacro %}
