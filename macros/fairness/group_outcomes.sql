{#- The groups of fairness attributes, as CTEs up to `group_outcomes`: rows of `outcomes`, of mlmon_outcomes, by the group they are of. To the key of a window come
    attribute, group_value, and reference_group, which the others are compared with. `task`: only of monitors of that task. -#}
{% macro group_outcomes(outcomes, task=none) -%}
attributes as (
    {{ mlmon.configured_attributes(task) }}
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
    select distinct monitor, segment, segment_value from {{ outcomes }}
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
        {% for name in mlmon.group_key() %}{{ 'outcomes' if loop.index <= 5 else 'combined_values' }}.{{ name }}, {% endfor %}
        combined_values.reference_group, outcomes.bin, outcomes.class, outcomes.label, monitors.task
        {%- for each in mlmon.task_sums(task) %}, outcomes.{{ each.name }}{% endfor %}
    from {{ outcomes }} as outcomes
    inner join combined_values
        on combined_values.monitor = outcomes.monitor
        and combined_values.combined_segment = outcomes.segment
        and combined_values.combined_value = outcomes.segment_value
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = outcomes.monitor
)
{%- endmacro %}


{#- What names a group of a window. -#}
{% macro group_key() %}{{ return(mlmon.window_columns() + ['attribute', 'group_value']) }}{% endmacro %}


{#- The CTE `group_rates`: `measured`, a relation of group_key, n_predictions, and n_labelled, with what tells whether its numbers may be shown. A rate of a group that is too small is
    not, nor one over labels of which it has too few: `may_show` and `may_show_labels` are factors, 1 or NULL. -#}
{% macro group_rates(measured) -%}
group_rates as {{ mlmon.materialized_cte() }} (
    select
        {{ measured }}.*,
        {{ measured }}.n_predictions < monitors.min_group_size as is_suppressed,
        case when {{ measured }}.n_predictions >= monitors.min_group_size then 1 end as may_show,
        case when {{ measured }}.n_predictions >= monitors.min_group_size and {{ measured }}.n_labelled >= monitors.min_group_size then 1 end as may_show_labels
    from {{ measured }}
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = {{ measured }}.monitor
)
{%- endmacro %}
