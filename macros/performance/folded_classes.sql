{#- Rows of mlmon_outcomes of multiclass models, with classes that neither predictions nor labels of the reference have as one class, `unseen`: a query. What a label of the
    reference says, whenever it comes, is a class of the reference: it is computed from the sums, and all windows with it. `keys`: what names a part of the log in `outcomes`. -#}
{% macro folded_classes(outcomes, keys) -%}
with reference_classes as (
    select monitor, category as class
    from {{ ref('mlmon_bins') }}
    where column_role = 'prediction' and category is not null
    {%- for name in ['class', 'label'] %}
    {{ mlmon.union_distinct() }}
    select monitor, {{ name }} as class
    from {{ ref('mlmon_outcomes') }}
    where is_reference and segment = 'overall' and model_version = 'all' and bin = 'all' and {{ name }} is not null
    {%- endfor %}
)

select
    {% for name in keys %}outcomes.{{ name }}, {% endfor %}outcomes.bin, outcomes.n_predictions, outcomes.tp, outcomes.n_scored, outcomes.n_ranked,
    case when outcomes.bin <> 'all' or outcomes.class is null or of_class.class is not null then outcomes.class else 'unseen' end as class,
    case when outcomes.label is null or of_label.class is not null then outcomes.label else 'unseen' end as label
from {{ outcomes }} as outcomes
inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = outcomes.monitor and monitors.task = 'multiclass'
left join reference_classes as of_class on of_class.monitor = outcomes.monitor and of_class.class = outcomes.class
left join reference_classes as of_label on of_label.monitor = outcomes.monitor and of_label.class = outcomes.label
{%- endmacro %}
