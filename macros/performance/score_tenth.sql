{#- Which tenth of 0 to 1 the bin of a score lies in, by its upper edge: 1 for scores up to 0.1 -> SQL. The edges of a score hold all tenths. -#}
{% macro score_tenth(upper) -%}
    case
        {%- for edge in range(1, 10) %}
        when {{ upper }} <= {{ edge / 10 }} then {{ edge }}
        {%- endfor %}
        else 10
    end
{%- endmacro %}
