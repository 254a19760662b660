{#- The thresholds of all monitors as a query: (monitor, family, subject, metric, is_off, warn_number, warn_above, warn_below, error_number, error_above,
    error_below). `subject` is NULL where every subject is meant that has none of its own; `is_off` switches a default verdict off. -#}
{% macro configured_thresholds(specs=none) -%}
    {%- set columns = {'monitor': 'text', 'family': 'text', 'subject': 'text', 'metric': 'text', 'is_off': 'boolean'} -%}
    {%- for level in ['warn', 'error'] -%}
        {%- for part in ['number', 'above', 'below'] -%}{%- do columns.update({level ~ '_' ~ part: 'double'}) -%}{%- endfor -%}
    {%- endfor -%}
    {%- set rows = [] -%}
    {%- for spec in (mlmon.monitors() if specs is none else specs) if spec.thresholds -%}
        {%- set others = mlmon.metrics_of_other_tasks(spec.task) -%}
        {%- for entry in mlmon.threshold_entries(spec.thresholds, spec.kpis) if entry.family ~ '.' ~ entry.metric not in others -%}
            {%- set row = {'monitor': spec.name, 'family': entry.family, 'subject': entry.subject, 'metric': entry.metric, 'is_off': entry.rule is sameas false} -%}
            {%- for level in ['warn', 'error'] -%}
                {%- set bound = entry.rule.get(level) if entry.rule is mapping else none -%}
                {%- set sides = bound if bound is mapping else {'number': bound} -%}
                {%- for part in ['number', 'above', 'below'] -%}{%- do row.update({level ~ '_' ~ part: sides.get(part)}) -%}{%- endfor -%}
            {%- endfor -%}
            {%- do rows.append(row) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ mlmon.literal_rows(columns, rows) }}
{%- endmacro %}


{#- The block `thresholds`, each bound by itself -> list of {key, family, metric, subject, rule}. `key`: where it is written. `subject`: none for every subject. -#}
{% macro threshold_entries(thresholds, kpis) %}
    {%- set entries, families = [], mlmon.metrics_by_family() -%}
    {%- for name, rule in thresholds.items() -%}
        {%- set place = mlmon.metric_place(name, families, kpis) -%}
        {%- set own = rule.get('of') or {} if rule is mapping else {} -%}
        {%- if rule is not mapping or rule | length > ('of' in rule) | int -%}{%- do entries.append(dict(place, key=name, rule=rule)) -%}{%- endif -%}
        {%- for subject, bounds in own.items() -%}{%- do entries.append(dict(place, key=name ~ '.of.' ~ subject, subject=subject | string, rule=bounds)) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(entries) }}
{% endmacro %}
