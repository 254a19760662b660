{#- What the windows of each monitor are compared with, as a query: (monitor, compared_to, place, reach, period); `place`: in the order of the configuration, from 1.
    One that is compared with its reference alone has no row. `moving`: only what has other members for each window, so many windows back. -#}
{% macro configured_baselines(moving=false) -%}
    {%- for spec in mlmon.monitors_with_baselines() %}
    {%- for name, span in spec.baselines.items() if span.period or not moving %}
    select {{ mlmon.text_literal(spec.name) }} as monitor, {{ mlmon.text_literal(name) }} as compared_to, {{ loop.index }} as place, {{ span.reach }} as reach, {{ span.period or 'null' }} as period
    union all
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as monitor, cast(null as {{ dbt.type_string() }}) as compared_to,
        cast(null as {{ dbt.type_int() }}) as place, cast(null as {{ dbt.type_int() }}) as reach, cast(null as {{ dbt.type_int() }}) as period
    {{ mlmon.no_rows() }}
{%- endmacro %}


{#- Joins to each row of a relation what it is compared with, a row a baseline: `compared_to` says which. -#}
{% macro join_baselines(row) -%}
    left join (
        {{ mlmon.configured_baselines() }}
    ) as configured_baselines on configured_baselines.monitor = {{ row }}.monitor
{%- endmacro %}


{% macro compared_to() %}{{ return("coalesce(configured_baselines.compared_to, 'reference')") }}{% endmacro %}
