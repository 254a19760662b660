{#- The KPIs of all monitors as a query: (monitor, kpi, needs_labels, higher_is_better, counts_rows). `counts_rows`: the denominator counts rows, as `count(…)` and a sum
    of ones and zeros do, and not something of them, such as their cost. -#}
{% macro configured_kpis(specs=none) -%}
    {%- set inner = '(?:[^()]|\\([^()]*\\))*' %}
    {%- set counts_rows = '(?is)\\s*(?:count\\s*\\(' ~ inner ~ '\\)|sum\\s*\\(\\s*case\\b' ~ inner ~ '\\bthen\\s+1\\s+else\\s+0\\s+end\\s*\\))\\s*$' %}
    {%- set rows = [] -%}
    {%- for spec in (mlmon.monitors() if specs is none else specs) -%}
        {%- for kpi in spec.kpis -%}
            {%- do rows.append({'monitor': spec.name, 'kpi': kpi.name, 'needs_labels': mlmon.kpi_needs_labels(kpi) | int, 'higher_is_better': 0 if kpi.get('better') == 'lower' else 1,
                'counts_rows': 1 if modules.re.match(counts_rows, kpi.denominator) else 0}) -%}
        {%- endfor -%}
        {%- if spec.value -%}{%- do rows.append({'monitor': spec.name, 'kpi': 'business_value', 'needs_labels': 1, 'higher_is_better': 1, 'counts_rows': 1}) -%}{%- endif -%}
    {%- endfor -%}
    {{ mlmon.literal_rows({'monitor': 'text', 'kpi': 'text', 'needs_labels': 'int', 'higher_is_better': 'int', 'counts_rows': 'int'}, rows) }}
{%- endmacro %}
