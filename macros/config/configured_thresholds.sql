{#- The thresholds of all monitors as a query: (monitor, family, subject, metric, is_off, warn_number, warn_above, warn_below, error_number, error_above,
    error_below). `subject` is NULL where every subject is meant that has none of its own; `is_off` switches a default verdict off. -#}
{% macro configured_thresholds(specs=none) -%}
    {%- for spec in (mlmon.monitors() if specs is none else specs) if spec.thresholds %}
    {%- set others = mlmon.metrics_of_other_tasks(spec.task) %}
    {%- for entry in mlmon.threshold_entries(spec.thresholds, spec.kpis) if entry.family ~ '.' ~ entry.metric not in others %}
    select
        {{ mlmon.text_literal(spec.name) }} as monitor, {{ mlmon.text_literal(entry.family) }} as family, {{ mlmon.text_literal(entry.subject) }} as subject,
        {{ mlmon.text_literal(entry.metric) }} as metric, {{ (entry.rule is sameas false) | string | lower }} as is_off
        {%- for level in ['warn', 'error'] %}
        {%- set bound = entry.rule.get(level) if entry.rule is mapping else none %},
        {{ mlmon.double_literal(bound if bound is not mapping else none) }} as {{ level }}_number,
        {{ mlmon.double_literal(bound.get('above') if bound is mapping else none) }} as {{ level }}_above,
        {{ mlmon.double_literal(bound.get('below') if bound is mapping else none) }} as {{ level }}_below
        {%- endfor %}
    union all
    {%- endfor %}
    {%- endfor %}
    select
        {% for name in ['monitor', 'family', 'subject', 'metric'] %}cast(null as {{ dbt.type_string() }}) as {{ name }}, {% endfor %}
        cast(null as {{ dbt.type_boolean() }}) as is_off
        {%- for level in ['warn', 'error'] %}
        {%- for part in ['number', 'above', 'below'] %}, {{ mlmon.double_literal(none) }} as {{ level }}_{{ part }}{% endfor %}
        {%- endfor %}
    {{ mlmon.no_rows() }}
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
