{#- The KPIs of all monitors as a query: (monitor, kpi, needs_labels, higher_is_better). -#}
{% macro configured_kpis(specs=none) -%}
    {%- for spec in (mlmon.monitors() if specs is none else specs) %}
    {%- for kpi in spec.kpis %}
    select
        {{ mlmon.text_literal(spec.name) }} as monitor, {{ mlmon.text_literal(kpi.name) }} as kpi,
        {{ 1 if modules.re.search('(?i)\\bl\\s*\\.', kpi.numerator ~ ' ' ~ kpi.denominator) else 0 }} as needs_labels,
        {{ 0 if kpi.get('better') == 'lower' else 1 }} as higher_is_better
    union all
    {%- endfor %}
    {%- if spec.value %}
    select {{ mlmon.text_literal(spec.name) }} as monitor, 'business_value' as kpi, 1 as needs_labels, 1 as higher_is_better
    union all
    {%- endif %}
    {%- endfor %}
    select cast(null as {{ dbt.type_string() }}) as monitor, cast(null as {{ dbt.type_string() }}) as kpi, 0 as needs_labels, 0 as higher_is_better
    {{ mlmon.no_rows() }}
{%- endmacro %}
