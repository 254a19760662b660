{#- What the windows of each monitor are compared with, as a query: (monitor, compared_to). One that is compared with its reference alone has no row. -#}
{% macro configured_baselines() -%}
    {%- for spec in mlmon.monitors() if spec.baselines != ['reference'] %}
    {%- for name in spec.baselines %}
    select {{ mlmon.text_literal(spec.name) }} as monitor, {{ mlmon.text_literal(name) }} as compared_to
    union all
    {%- endfor %}
    {%- endfor %}
    select cast(null as {{ dbt.type_string() }}) as monitor, cast(null as {{ dbt.type_string() }}) as compared_to
    {{ mlmon.no_rows() }}
{%- endmacro %}


{#- Joins to each row of a relation what it is compared with, a row a baseline: `compared_to` says which. -#}
{% macro join_baselines(row) -%}
    left join (
        {{ mlmon.configured_baselines() }}
    ) as configured_baselines on configured_baselines.monitor = {{ row }}.monitor
{%- endmacro %}


{% macro compared_to() %}{{ return("coalesce(configured_baselines.compared_to, 'reference')") }}{% endmacro %}
