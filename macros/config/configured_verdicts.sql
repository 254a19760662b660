{#- The parameters of default verdicts that were written for a metric, a family or a KPI, as a query: (monitor, family, metric, subject, alpha, warn_size,
    error_size, min_rows). `metric` is NULL for a whole family, `subject` but for a KPI. -#}
{% macro configured_verdicts(specs=none) -%}
    {%- set families = mlmon.metrics_by_family(judged=true) %}
    {%- for spec in (mlmon.monitors() if specs is none else specs) %}
    {%- for name, block in spec.verdicts.metrics.items() %}
    {%- set place = {'family': name, 'metric': none, 'subject': none} if name in families and name not in spec.kpis | map(attribute='name') else mlmon.metric_place(name, families, spec.kpis) %}
    select
        {{ mlmon.text_literal(spec.name) }} as monitor, {{ mlmon.text_literal(place.family) }} as family, {{ mlmon.text_literal(place.metric) }} as metric,
        {{ mlmon.text_literal(place.subject) }} as subject, {{ mlmon.double_literal(block.get('alpha')) }} as alpha,
        {{ mlmon.double_literal(block.get('warn')) }} as warn_size, {{ mlmon.double_literal(block.get('error')) }} as error_size,
        cast({{ block.min_rows if block.get('min_rows') is not none else 'null' }} as {{ dbt.type_bigint() }}) as min_rows
    union all
    {%- endfor %}
    {%- endfor %}
    select
        {% for name in ['monitor', 'family', 'metric', 'subject'] %}cast(null as {{ dbt.type_string() }}) as {{ name }}, {% endfor %}
        {{ mlmon.double_literal(none) }} as alpha, {{ mlmon.double_literal(none) }} as warn_size, {{ mlmon.double_literal(none) }} as error_size,
        cast(null as {{ dbt.type_bigint() }}) as min_rows
    {{ mlmon.no_rows() }}
{%- endmacro %}
