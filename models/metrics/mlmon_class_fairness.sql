{{ config(materialized=mlmon.view_kind()) }}
{%- set group_key = mlmon.group_key() %}
{%- set window_key = mlmon.window_columns() + ['attribute'] %}
{%- set rates = {'selection_rate': 'may_show', 'tpr': 'may_show_labels', 'fpr': 'may_show_labels', 'precision': 'may_show_labels'} %}
{%- set of_reference = 'max(case when group_value = reference_group then RATE end) over (partition by ' ~ window_key | join(', ') ~ ', class)' %}
{%- set counts = ['n_predicted', 'n_predictions', 'n_labelled', 'n_positive'] %}
-- Each class of a multiclass model against the rest, by group of each fairness attribute, beside the attribute's reference group
with outcomes as (
    select outcomes.*
    from {{ ref('mlmon_outcomes') }} as outcomes
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = outcomes.monitor and monitors.task = 'multiclass'
    where outcomes.bin = 'all'
),

{{ mlmon.group_outcomes('outcomes', 'multiclass') }},

folded as (
    {{ mlmon.folded_classes('group_outcomes', group_key + ['reference_group']) }}
),

group_sizes as (
    select {{ group_key | join(', ') }}, max(reference_group) as reference_group, sum(n_predictions) as n_predictions
    from folded
    group by {{ group_key | join(', ') }}
),

seen_classes as (
    select {{ window_key | join(', ') }}, class
    from folded
    where class is not null
    {{ mlmon.union_distinct() }}
    select {{ window_key | join(', ') }}, label as class
    from folded
    where class is not null and label is not null
),

-- every group of a window has each class of the window, though it may never get it
completed as (
    select {{ group_key | join(', ') }}, bin, class, label, n_predictions, tp
    from folded
    union all
    select
        {% for name in group_key %}group_sizes.{{ name }}, {% endfor %}'all' as bin, seen_classes.class, cast(null as {{ dbt.type_string() }}) as label,
        0 as n_predictions, 0 as tp
    from group_sizes
    inner join seen_classes on {{ mlmon.same_row('seen_classes', 'group_sizes', window_key) }}
),

{{ mlmon.one_vs_rest('completed', group_key, false) }},

measured as (
    select
        {% for name in group_key %}class_rates.{{ name }}, {% endfor %}class_rates.class, group_sizes.reference_group,
        class_rates.n_predicted, group_sizes.n_predictions, class_rates.n_whole as n_labelled, class_rates.n_positive,
        class_rates.n_predicted / nullif(group_sizes.n_predictions, 0) as selection_rate,
        class_rates.class_recall as tpr,
        (class_rates.n_judged - class_rates.tp) / nullif(class_rates.n_whole - class_rates.n_positive, 0) as fpr,
        class_rates.class_precision as {{ mlmon.metric_column('precision') }}
    from class_rates
    inner join group_sizes on {{ mlmon.same_row('group_sizes', 'class_rates', group_key) }}
),

{{ mlmon.group_rates('measured') }},

shown as (
    select
        {{ group_key | join(', ') }}, class, reference_group, {{ counts | join(', ') }}, is_suppressed
        {%- for rate, may_show in rates.items() %}, {{ may_show }} * {{ mlmon.metric_column(rate) }} as {{ mlmon.metric_column(rate) }}{% endfor %}
    from group_rates
),

compared as (
    select
        {{ group_key | join(', ') }}, class, reference_group, {{ counts | join(', ') }}, is_suppressed
        {%- for rate in rates %}, {{ mlmon.metric_column(rate) }}{% endfor %}
        {%- for rate in rates %}, {{ of_reference.replace('RATE', mlmon.metric_column(rate)) }} as reference_{{ rate }}{% endfor %}
    from shown
)

select
    {% for name in group_key %}compared.{{ name }}, {% endfor %}compared.class,
    {%- for name in counts %}
    cast(compared.{{ name }} as {{ dbt.type_bigint() }}) as {{ 'n' if name == 'n_predictions' else name }},
    {%- endfor %}
    compared.is_suppressed, calendar.is_mature,
    {%- for rate in rates %}
    {{ mlmon.compared_rate(rate, 'compared.' ~ mlmon.metric_column(rate), 'compared.reference_' ~ rate) }},
    {%- endfor %}
    compared.reference_group
from compared
left join {{ ref('mlmon_calendar') }} as calendar on calendar.monitor = compared.monitor and calendar.window_start = compared.window_start
