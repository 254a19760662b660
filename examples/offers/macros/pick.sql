{# One of `shares`' keys, each as often as its share says. The shares sum to 1; the last key takes the rest. #}
{% macro pick(u, shares) -%}
    {%- set state = namespace(upto=0.0) -%}
    case
        {%- for name, share in shares.items() %}
        {%- set state.upto = state.upto + share %}
        {%- if not loop.last %}
        when {{ u }} < {{ state.upto | round(6) }} then '{{ name }}'
        {%- else %}
        else '{{ name }}'
        {%- endif %}
        {%- endfor %}
    end
{%- endmacro %}
