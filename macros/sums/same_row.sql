{#- Two rows agree in the columns named -> SQL condition -#}
{% macro same_row(left, right, names) -%}
    {%- for name in names %}{{ left }}.{{ name }} = {{ right }}.{{ name }}{{ " and " if not loop.last }}{% endfor -%}
{%- endmacro %}
