{#- The KPIs of all monitors as a query: (monitor, kpi, needs_labels, higher_is_better, counts_rows). `counts_rows`: the denominator counts rows, as `count(…)` and a sum
    of ones and zeros do, and not something of them, such as their cost. -#}
{% macro configured_kpis(specs=none) -%}
    {%- set inner = '(?:[^()]|\\([^()]*\\))*' %}
    {%- set counts_rows = '(?is)\\s*(?:count\\s*\\(' ~ inner ~ '\\)|sum\\s*\\(\\s*case\\b' ~ inner ~ '\\bthen\\s+1\\s+else\\s+0\\s+end\\s*\\))\\s*$' %}
    {%- for spec in (mlmon.monitors() if specs is none else specs) %}
    {%- for kpi in spec.kpis %}
    select
        {{ mlmon.text_literal(spec.name) }} as monitor, {{ mlmon.text_literal(kpi.name) }} as kpi,
        {{ 1 if mlmon.kpi_needs_labels(kpi) else 0 }} as needs_labels,
        {{ 0 if kpi.get('better') == 'lower' else 1 }} as higher_is_better,
        {{ 1 if modules.re.match(counts_rows, kpi.denominator) else 0 }} as counts_rows
    union all
    {%- endfor %}
    {%- if spec.value %}
    select {{ mlmon.text_literal(spec.name) }} as monitor, 'business_value' as kpi, 1 as needs_labels, 1 as higher_is_better, 1 as counts_rows
    union all
    {%- endif %}
    {%- endfor %}
    select cast(null as {{ dbt.type_string() }}) as monitor, cast(null as {{ dbt.type_string() }}) as kpi, 0 as needs_labels, 0 as higher_is_better, 0 as counts_rows
    {{ mlmon.no_rows() }}
{%- endmacro %}
