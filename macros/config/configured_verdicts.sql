{#- The parameters of default verdicts that were written for a metric, a family or a KPI, as a query: (monitor, family, metric, subject, alpha, warn_size,
    error_size, min_rows). `metric` is NULL for a whole family, `subject` but for a KPI. -#}
{% macro configured_verdicts(specs=none) -%}
    {%- set families = mlmon.metrics_by_family(judged=true) -%}
    {%- set rows = [] -%}
    {%- for spec in (mlmon.monitors() if specs is none else specs) -%}
        {%- for name, block in spec.verdicts.metrics.items() -%}
            {%- set place = {'family': name, 'metric': none, 'subject': none} if name in families and name not in spec.kpis | map(attribute='name') else mlmon.metric_place(name, families, spec.kpis) -%}
            {%- do rows.append({'monitor': spec.name, 'family': place.family, 'metric': place.metric, 'subject': place.subject, 'alpha': block.get('alpha'),
                'warn_size': block.get('warn'), 'error_size': block.get('error'), 'min_rows': block.get('min_rows')}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ mlmon.literal_rows({'monitor': 'text', 'family': 'text', 'metric': 'text', 'subject': 'text', 'alpha': 'double', 'warn_size': 'double', 'error_size': 'double',
        'min_rows': 'bigint'}, rows) }}
{%- endmacro %}
