{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'to_judge'}) }}
{{ mlmon.table_layout() }}
{%- set group_key = ['monitor', 'model_version', 'window_start', 'window_end', 'is_reference', 'segment', 'segment_value', 'attribute', 'group_value'] %}
{%- set rates = mlmon.declared_metrics().fairness.metrics | selectattr('of') | list %}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
with attributes as (
    {{ mlmon.configured_attributes() }}
),

outcomes as (
    select outcomes.*
    from {{ ref('mlmon_outcomes') }} as outcomes
    {{- mlmon.only_windows_to_judge('outcomes') }}
),

-- the largest group of the reference, where none is configured
reference_groups as (
    select monitor, segment as attribute, segment_value as group_value
    from (
        select
            monitor, segment, segment_value,
            row_number() over (partition by monitor, segment order by sum(n) desc, segment_value) as place
        from {{ ref('mlmon_reference') }}
        where column_role in ('score', 'prediction', 'rank') and segment_value <> '(null)'
        group by monitor, segment, segment_value, column_role
    ) as sizes
    where place = 1
),

seen_values as (
    select distinct monitor, segment, segment_value from outcomes
),

-- the value of a combined segment is that of the segment, a comma and that of the group
combined_values as (
    select
        attributes.monitor, attributes.attribute, attributes.segment, attributes.combined_segment,
        parents.segment_value, member_groups.segment_value as group_value,
        case
            when attributes.segment = 'overall' then member_groups.segment_value
            else parents.segment_value || ',' || member_groups.segment_value
        end as combined_value,
        coalesce(attributes.reference_group, reference_groups.group_value) as reference_group
    from attributes
    inner join seen_values as parents on parents.monitor = attributes.monitor and parents.segment = attributes.segment
    inner join seen_values as member_groups on member_groups.monitor = attributes.monitor and member_groups.segment = attributes.attribute
    left join reference_groups on reference_groups.monitor = attributes.monitor and reference_groups.attribute = attributes.attribute
),

group_outcomes as (
    select
        {% for name in group_key %}{{ 'outcomes' if loop.index <= 5 else 'combined_values' }}.{{ name }}, {% endfor %}
        combined_values.reference_group, outcomes.bin, outcomes.class, outcomes.label, monitors.task
        {%- for each in mlmon.task_sums() %}, outcomes.{{ each.name }}{% endfor %}
    from outcomes
    inner join combined_values
        on combined_values.monitor = outcomes.monitor
        and combined_values.combined_segment = outcomes.segment
        and combined_values.combined_value = outcomes.segment_value
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = outcomes.monitor
),

measured as (
    {{ mlmon.measured('group_outcomes', group_key + ['reference_group'], 'fairness', by_score=false) }}
),

-- a rate of a group that is too small is not shown, nor one over labels of which it has too few
group_rates as (
    select
        measured.*,
        measured.n_predictions < monitors.min_group_size as is_suppressed,
        case when measured.n_predictions >= monitors.min_group_size then 1 end as may_show,
        case when measured.n_predictions >= monitors.min_group_size and measured.n_labelled >= monitors.min_group_size then 1 end as may_show_labels
    from measured
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = measured.monitor
),

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
    shown_groups.{{ name }},
    shown_groups.{{ name }} / nullif(reference.{{ name }}, 0) as {{ rate.metric }}_ratio,
    shown_groups.{{ name }} - reference.{{ name }} as {{ rate.metric }}_difference,
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
