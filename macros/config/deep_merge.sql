{#- `over` laid upon `base`: mappings are merged key by key, anything else is replaced. Neither argument is changed. -#}
{% macro deep_merge(base, over) %}
    {%- set merged = {} -%}
    {%- for key, value in base.items() -%}
        {%- do merged.update({key: value}) -%}
    {%- endfor -%}
    {%- for key, value in over.items() -%}
        {#- a baseline is one value, whatever its form -#}
        {%- if value is mapping and merged.get(key) is mapping and key != 'baseline' -%}
            {%- do merged.update({key: mlmon.deep_merge(merged[key], value)}) -%}
        {%- else -%}
            {%- do merged.update({key: value}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(merged) }}
{% endmacro %}
