{{ config(materialized='view') }}
{%- set metrics = mlmon.metric_names() %}
{%- set of_the_log = metrics['operations'] | reject('in', mlmon.review_metrics()) | list %}
{%- set review_tables = mlmon.review_tables() %}
{%- set key = ['monitor', 'model_version', 'window_start', 'window_end', 'is_reference', 'segment', 'segment_value'] %}
-- depends_on: {{ ref('mlmon_calendar') }}
-- Every number of the five metric tables, one a row, with the count it rests on, and of the reviews as the run before has left them. `is_final` is false
-- while labels that it needs may still come; `is_realised` is true of what is measured over labelled predictions alone.
with drift as (
    select
        {% for name in key %}drift.{{ name }}, {% endfor %}
        'drift' as family, {{ mlmon.column_subject('drift') }} as subject, drift.column_role, metrics.metric,
        {{ mlmon.pick_metric(metrics['drift'], 'drift') }} as value,
        case when metrics.metric like '%_pooled' then drift.n_pooled else drift.n end as n,
        true as is_final,
        false as is_realised,
        {{ mlmon.double_literal(none) }} as standard_error
    from {{ ref('mlmon_drift') }} as drift
    cross join {{ mlmon.metric_rows(metrics['drift']) }} as metrics
),

performance as (
    select
        {% for name in key %}performance.{{ name }}, {% endfor %}
        'performance' as family, 'model' as subject, '' as column_role, metrics.metric,
        {{ mlmon.pick_metric(metrics['performance'], 'performance') }} as value,
        case
            when metrics.metric in ('n_labelled', 'label_coverage', 'selection_rate') then performance.n_predictions
            when metrics.metric = 'precision' then performance.tp + performance.fp
            when metrics.metric = 'recall' then performance.tp + performance.fn
            when metrics.metric = 'specificity' then performance.tn + performance.fp
            when metrics.metric = 'f1' then performance.tp + performance.fp + performance.fn
            else performance.n_labelled
        end as n,
        case when metrics.metric = 'selection_rate' then true else coalesce(performance.is_mature, false) end as is_final,
        metrics.metric not in ('n_labelled', 'label_coverage', 'selection_rate') as is_realised,
        case
            when metrics.metric = 'roc_auc' and performance.roc_auc_low > 0
                then (performance.roc_auc - performance.roc_auc_low) / 1.959963984540054
        end as standard_error
    from {{ ref('mlmon_performance') }} as performance
    cross join {{ mlmon.metric_rows(metrics['performance']) }} as metrics
),

fairness as (
    select
        {% for name in key %}fairness.{{ name }}, {% endfor %}
        'fairness' as family, fairness.attribute || '=' || fairness.group_value as subject, '' as column_role, metrics.metric,
        {{ mlmon.pick_metric(metrics['fairness'], 'fairness') }} as value,
        case
            when metrics.metric like 'selection_rate%' then fairness.n
            when metrics.metric like 'tpr%' then fairness.n_positive
            when metrics.metric like 'precision%' then fairness.n_selected
            else fairness.n_labelled
        end as n,
        case when metrics.metric like 'selection_rate%' then true else coalesce(fairness.is_mature, false) end as is_final,
        metrics.metric not like 'selection_rate%' as is_realised,
        case
            when fairness.group_value = fairness.reference_group then null
            when metrics.metric = 'selection_rate_ratio' then {{ mlmon.log_ratio_error('fairness.selection_rate', 'fairness.n', 'fairness.selection_rate - fairness.selection_rate_difference', 'fairness.reference_n') }}
            when metrics.metric = 'tpr_ratio' then {{ mlmon.log_ratio_error('fairness.tpr', 'fairness.n_positive', 'fairness.tpr - fairness.tpr_difference', 'fairness.reference_n_positive') }}
        end as standard_error
    from {{ ref('mlmon_fairness') }} as fairness
    cross join {{ mlmon.metric_rows(metrics['fairness']) }} as metrics
),

operations as (
    select
        {% for name in key %}operations.{{ name }}, {% endfor %}
        'operations' as family, 'log' as subject, '' as column_role, metrics.metric,
        {{ mlmon.pick_metric(of_the_log, 'operations') }} as value,
        case metrics.metric when 'duplicate_rate' then operations.n_rows when 'orphan_label_rate' then operations.n_labels else operations.n_predictions end as n,
        true as is_final,
        false as is_realised,
        {{ mlmon.double_literal(none) }} as standard_error
    from {{ ref('mlmon_operations') }} as operations
    cross join {{ mlmon.metric_rows(of_the_log) }} as metrics
),

kpis as (
    select
        {% for name in key %}kpis.{{ name }}, {% endfor %}
        'kpi' as family, kpis.kpi as subject, '' as column_role, 'value' as metric,
        kpis.value,
        cast(case when kinds.counts_rows = 1 then kpis.denominator else operations.n_predictions end as {{ dbt.type_bigint() }}) as n,
        case when kinds.needs_labels = 0 then true else coalesce(kpis.is_mature, false) end as is_final,
        coalesce(kinds.needs_labels, 1) <> 0 as is_realised,
        {{ mlmon.double_literal(none) }} as standard_error,
        -- what the values of several windows are averaged by
        kpis.denominator as weight
    from {{ ref('mlmon_kpis') }} as kpis
    left join (
        {{ mlmon.configured_kpis() }}
    ) as kinds on kinds.monitor = kpis.monitor and kinds.kpi = kpis.kpi
    left join {{ ref('mlmon_operations') }} as operations
        on operations.monitor = kpis.monitor and operations.model_version = kpis.model_version and operations.window_start = kpis.window_start
        and operations.segment = kpis.segment and operations.segment_value = kpis.segment_value
),

{% if review_tables -%}
reviews as (
    {{ mlmon.review_values(review_tables[0], review_tables[1]) }}
),

{% endif -%}
every_value as (
    select *, cast(n as {{ mlmon.sql_type('double') }}) as weight from drift
    union all
    select *, cast(n as {{ mlmon.sql_type('double') }}) as weight from performance
    union all
    select *, cast(n as {{ mlmon.sql_type('double') }}) as weight from fairness
    union all
    select *, cast(n as {{ mlmon.sql_type('double') }}) as weight from operations
    union all
    select * from kpis
    {%- if review_tables %}
    union all
    select *, cast(n as {{ mlmon.sql_type('double') }}) as weight from reviews
    {%- endif %}
)

select *
from every_value
where value is not null
