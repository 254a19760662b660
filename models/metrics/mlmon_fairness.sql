{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'to_judge'}) }}
{{ mlmon.table_layout() }}
{%- set group_key = mlmon.group_key() %}
{%- set rates = mlmon.declared_metrics().fairness.metrics | selectattr('of') | list %}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
with outcomes as (
    select outcomes.*
    from {{ ref('mlmon_outcomes') }} as outcomes
    {{- mlmon.only_windows_to_judge('outcomes') }}
),

{{ mlmon.group_outcomes('outcomes') }},

measured as (
    {{ mlmon.measured('group_outcomes', group_key + ['reference_group'], 'fairness', by_score=false) }}
),

{{ mlmon.group_rates('measured') }},

shown as (
    select
        {% for name in group_key %}group_rates.{{ name }}, {% endfor %}
        {%- for rate in rates %}
        {{ 'may_show' if rate.labels == 'none' else 'may_show_labels' }} * group_rates.{{ mlmon.metric_column(rate.metric) }} as {{ mlmon.metric_column(rate.metric) }},
        {%- endfor %}
        {%- for name, count in mlmon.group_counts().items() %}
        {{ count }} as {{ name }},
        {%- endfor %}
        group_rates.reference_group, group_rates.n_predictions, group_rates.n_labelled, group_rates.is_suppressed
    from group_rates
)

select
    shown_groups.monitor, shown_groups.model_version, shown_groups.window_start, shown_groups.window_end, shown_groups.is_reference, shown_groups.segment, shown_groups.segment_value,
    shown_groups.attribute, shown_groups.group_value,
    shown_groups.n_predictions as n, shown_groups.n_labelled, shown_groups.is_suppressed,
    calendar.is_mature,
    {%- for rate in rates %}
    {%- set name = mlmon.metric_column(rate.metric) %}
    {{ mlmon.compared_rate(rate.metric, 'shown_groups.' ~ name, 'reference.' ~ name) }},
    {%- endfor %}
    {% for name in mlmon.group_counts() %}shown_groups.{{ name }}, {% endfor %}
    shown_groups.reference_group
    {%- for name, count in mlmon.reference_counts().items() %}, reference.{{ 'n_predictions' if count == 'n' else count }} as {{ name }}{% endfor %}
from shown as shown_groups
left join shown as reference
    on reference.monitor = shown_groups.monitor and reference.model_version = shown_groups.model_version
    and reference.window_start = shown_groups.window_start and reference.segment = shown_groups.segment
    and reference.segment_value = shown_groups.segment_value and reference.attribute = shown_groups.attribute
    and reference.group_value = shown_groups.reference_group
left join {{ ref('mlmon_calendar') }} as calendar on calendar.monitor = shown_groups.monitor and calendar.window_start = shown_groups.window_start
