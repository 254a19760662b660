{#- The values a monitor has where neither it nor `mlmon_defaults` says otherwise: {key: value}, blocks merged as they are written. `optional`: those of blocks
    that are off unless they are written, in place of those of all others. `schema`: config_schema. -#}
{% macro built_in_defaults(schema, optional=false) %}
    {%- set defaults = {} -%}
    {%- for key, rule in schema.items() if rule.get('optional', false) == optional -%}
        {%- if 'default' in rule -%}{%- do defaults.update({key: rule['default']}) -%}{%- endif -%}
        {%- for inner, inner_rule in rule.get('keys', {}).items() if 'default' in inner_rule -%}
            {%- do defaults.setdefault(key, {}).update({inner: inner_rule['default']}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(defaults) }}
{% endmacro %}
