{#- The two sums of every KPI. Numerator and denominator are the user's own SQL over `p`, a prediction, and `l`, its label (NULL where there is none yet);
    being sums or counts, they can be added up over versions and segments. -#}
{% macro kpi_rows(spec, ranges) %}
{%- set segment_columns = mlmon.segment_columns(spec.profile_segments) %}
with {{ mlmon.log_ctes(spec, ranges) }},
{%- if spec.labels %}
{{ mlmon.label_ctes(spec, mlmon.ids_in_ranges(spec, ranges)) }},
{%- endif %}
finest as {{ mlmon.materialized_cte() }} (
    select
        {{ mlmon.finest_keys(spec, segment_columns) }},
        {{ mlmon.kpi_sums(spec) }}
    from {{ mlmon.log_from(spec) }} as p
    {%- if spec.labels %}
    left join label_log as l on {{ mlmon.label_id(spec) }} = {{ mlmon.prediction_id(spec) }}
    {%- endif %}
    where {{ mlmon.log_where(spec, ranges) }}
    group by {% for i in range(1, 3 + segment_columns | length) %}{{ i }}{{ ", " if not loop.last }}{% endfor %}
),
by_kpi as {{ mlmon.materialized_cte() }} (
    {%- for kpi in spec.kpis %}
    select
        window_start, model_version,
        {%- for name in segment_columns %}
        segment_{{ loop.index }},
        {%- endfor %}
        {{ mlmon.text_literal(kpi.name) }} as kpi, numerator_{{ loop.index }} as numerator, denominator_{{ loop.index }} as denominator
    from finest
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),
added_up as (
    {{ mlmon.add_up('by_kpi', spec.profile_segments, ['window_start', 'kpi'], ['sum(numerator) as numerator', 'sum(denominator) as denominator'], spec.predictions.version) }}
)
select {{ mlmon.window_key(spec) }}, kpi, numerator, denominator
from added_up
{% endmacro %}


{#- The sums of all KPIs: numerator_1, denominator_1, numerator_2, … Aggregates over p and l. -#}
{% macro kpi_sums(spec) -%}
    {%- for kpi in spec.kpis %}
    {{ mlmon.as_double(kpi.numerator) }} as numerator_{{ loop.index }},
    {{ mlmon.as_double(kpi.denominator) }} as denominator_{{ loop.index }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
