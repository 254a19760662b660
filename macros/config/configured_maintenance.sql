{#- The maintenance periods of all monitors as a query: (monitor, starts_at, ends_at). Windows that touch one open and close no incident. -#}
{% macro configured_maintenance(specs=none) -%}
    {%- for spec in (mlmon.monitors() if specs is none else specs) %}
    {%- for period in spec.maintenance %}
    select
        {{ mlmon.text_literal(spec.name) }} as monitor,
        {{ mlmon.timestamp_literal(mlmon.moment(period.start)) }} as starts_at, {{ mlmon.timestamp_literal(mlmon.moment(period.end)) }} as ends_at
    union all
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as monitor,
        cast(null as {{ dbt.type_timestamp() }}) as starts_at, cast(null as {{ dbt.type_timestamp() }}) as ends_at
    {{ mlmon.no_rows() }}
{%- endmacro %}
