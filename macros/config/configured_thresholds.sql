{#- The thresholds of all monitors as a query: (monitor, family, subject, metric, is_off, warn_number, warn_above, warn_below, error_number, error_above,
    error_below). `subject` is NULL where every subject is meant; `is_off` switches a default verdict off. -#}
{% macro configured_thresholds(specs=none) -%}
    {%- set families = mlmon.metrics_by_family() %}
    {%- for spec in (mlmon.monitors() if specs is none else specs) %}
    {%- for name, rule in spec.thresholds.items() %}
    {%- set place = mlmon.metric_place(name, families, spec.kpis) %}
    select
        {{ mlmon.text_literal(spec.name) }} as monitor, {{ mlmon.text_literal(place.family) }} as family, {{ mlmon.text_literal(place.subject) }} as subject,
        {{ mlmon.text_literal(place.metric) }} as metric, {{ (rule is sameas false) | string | lower }} as is_off
        {%- for level in ['warn', 'error'] %}
        {%- set bound = rule.get(level) if rule is mapping else none %},
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
