{#- The maintenance periods of all monitors as a query: (monitor, starts_at, ends_at). Windows that touch one open and close no incident. -#}
{% macro configured_maintenance(specs=none) -%}
    {%- set rows = [] -%}
    {%- for spec in (mlmon.monitors() if specs is none else specs) -%}
        {%- for period in spec.maintenance -%}
            {%- do rows.append({'monitor': spec.name, 'starts_at': mlmon.moment(period.start), 'ends_at': mlmon.moment(period.end)}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ mlmon.literal_rows({'monitor': 'text', 'starts_at': 'timestamp', 'ends_at': 'timestamp'}, rows) }}
{%- endmacro %}
