{{ config(materialized=mlmon.view_kind()) }}
{%- set pairs = mlmon.has_pairs() %}
{%- set estimated = mlmon.estimated_monitors() | length > 0 %}
{%- set review_tables = mlmon.review_tables() %}
{%- set key = mlmon.window_columns() %}
-- depends_on: {{ ref('mlmon_calendar') }}
-- depends_on: {{ ref('mlmon_correlations') }}
-- depends_on: {{ ref('mlmon_estimates') }}
-- Every number of the metric tables, one a row, with the count it rests on, and of the reviews as the run before has left them. `is_final` is false
-- while labels that it needs may still come, and of an estimate that is not to be trusted; `is_realised` is true of what is measured over labelled predictions alone.
with drift as (
    {{ mlmon.unpivoted('drift') }}
),

performance as (
    {{ mlmon.unpivoted('performance') }}
),

classes as (
    {{ mlmon.unpivoted('performance', classes=true) }}
),

fairness as (
    {{ mlmon.unpivoted('fairness') }}
),

{% if estimated -%}
estimates as (
    {{ mlmon.unpivoted('estimate') }}
),

{% endif -%}
operations as (
    {{ mlmon.unpivoted('operations') }}
),

kpis as (
    select
        {% for name in key %}kpis.{{ name }}, {% endfor %}
        'kpi' as family, kpis.kpi as subject, '' as column_role, 'value' as metric, {{ mlmon.compared_to() }} as compared_to,
        kpis.value,
        cast(case when kinds.counts_rows = 1 then kpis.denominator else operations.n_predictions end as {{ dbt.type_bigint() }}) as n,
        case when kinds.needs_labels = 0 then true else coalesce(kpis.is_mature, false) end as is_final,
        coalesce(kinds.needs_labels, 1) <> 0 as is_realised,
        {{ mlmon.double_literal(none) }} as standard_error,
        -- what the values of several windows are averaged by
        kpis.denominator as weight
    from {{ ref('mlmon_kpis') }} as kpis
    {{ mlmon.join_baselines('kpis') }}
    left join (
        {{ mlmon.configured_kpis() }}
    ) as kinds on kinds.monitor = kpis.monitor and kinds.kpi = kpis.kpi
    left join {{ ref('mlmon_operations') }} as operations
        on operations.monitor = kpis.monitor and operations.model_version = kpis.model_version and operations.window_start = kpis.window_start
        and operations.segment = kpis.segment and operations.segment_value = kpis.segment_value
),

{% if pairs -%}
correlations as (
    {{ mlmon.unpivoted('correlation') }}
),

{% endif -%}
{% if review_tables -%}
reviews as (
    {{ mlmon.review_values(review_tables[0], review_tables[1]) }}
),

{% endif -%}
every_value as (
    select *, cast(n as {{ mlmon.sql_type('double') }}) as weight from drift
    union all
    -- F1 is a mean over tp + fp + fn + tp
    select *, case when metric in ({{ mlmon.text_literals(mlmon.metrics_with('share', 'jaccard')) }}) then 2.0 * n / (2 - value) else cast(n as {{ mlmon.sql_type('double') }}) end as weight from performance
    union all
    select *, cast(n as {{ mlmon.sql_type('double') }}) as weight from classes
    union all
    select *, cast(n as {{ mlmon.sql_type('double') }}) as weight from fairness
    union all
    select *, cast(n as {{ mlmon.sql_type('double') }}) as weight from operations
    {%- if estimated %}
    union all
    select *, cast(n as {{ mlmon.sql_type('double') }}) as weight from estimates
    {%- endif %}
    union all
    select * from kpis
    {%- if pairs %}
    union all
    select *, cast(n as {{ mlmon.sql_type('double') }}) as weight from correlations
    {%- endif %}
    {%- if review_tables %}
    union all
    select *, cast(n as {{ mlmon.sql_type('double') }}) as weight from reviews
    {%- endif %}
)

select *
from every_value
where value is not null
