{#- What the windows of each monitor are compared with, as a query: (monitor, compared_to, place, reach, period); `place`: in the order of the configuration, from 1.
    One that is compared with its reference alone has no row. `moving`: only what has other members for each window, so many windows back; `named`: only monitor and
    compared_to, for texts that must be short. -#}
{% macro configured_baselines(moving=false, named=false) -%}
    {%- set rows = [] -%}
    {%- for spec in mlmon.monitors_with_baselines() -%}
        {%- for name, span in spec.baselines.items() if span.period or not moving -%}
            {%- do rows.append({'monitor': spec.name, 'compared_to': name, 'place': loop.index, 'reach': span.reach, 'period': span.period or none}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set spans = {} if named else {'place': 'int', 'reach': 'int', 'period': 'int'} -%}
    {{ mlmon.literal_rows(dict({'monitor': 'text', 'compared_to': 'text'}, **spans), rows) }}
{%- endmacro %}


{#- Joins to each row of a relation what it is compared with, a row a baseline: `compared_to` says which. -#}
{% macro join_baselines(row) -%}
    left join (
        {{ mlmon.configured_baselines(named=true) }}
    ) as configured_baselines on configured_baselines.monitor = {{ row }}.monitor
{%- endmacro %}


{% macro compared_to() %}{{ return("coalesce(configured_baselines.compared_to, 'reference')") }}{% endmacro %}
