{# About normal, mean 0, variance 1: four uniform draws (`draw` and the next three), summed. #}
{% macro normal(draw, seed='seed') -%}
    (({{ uniform(draw, seed) }} + {{ uniform(draw + 1, seed) }}
        + {{ uniform(draw + 2, seed) }} + {{ uniform(draw + 3, seed) }} - 2) * 1.7320508)
{%- endmacro %}
