{{ config(materialized=mlmon.view_kind()) }}
{%- set group_key = mlmon.group_key() %}
{%- set series = ['monitor', 'attribute', 'group_value'] %}
{%- set rates = ['tpr', 'fpr', 'precision', 'accuracy'] %}
-- How fair a model is before labels are there: what the decisions on each group will turn out to be, by what labels of the reference said of such scores of that group. Where they said
-- nothing, the score is taken at its word, and the estimate is not trusted.
with outcomes as (
    select outcomes.*
    from {{ ref('mlmon_outcomes') }} as outcomes
),

{{ mlmon.group_outcomes('outcomes', 'binary') }},

-- those of the group itself, and with no attribute those of all
reference_labels as (
    select {{ series | join(', ') }}, bin, sum(n_scored) as n, sum(n_positive) as n_positive, sum(score_total) as score_total
    from group_outcomes
    where is_reference and model_version = 'all' and segment = 'overall' and bin not in ('null', 'invalid')
    group by {{ series | join(', ') }}, bin
    union all
    select outcomes.monitor, '' as attribute, '' as group_value, outcomes.bin, sum(outcomes.n_scored) as n, sum(outcomes.n_positive) as n_positive, sum(outcomes.score_total) as score_total
    from outcomes
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = outcomes.monitor and monitors.task = 'binary'
    where outcomes.is_reference and outcomes.model_version = 'all' and outcomes.segment = 'overall' and outcomes.bin not in ('null', 'invalid')
    group by outcomes.monitor, outcomes.bin
),

{{ mlmon.calibrated_rates('calibrated', 'reference_labels', series, "labels.attribute = ''") }},

rated as (
    select
        {% for name in group_key %}bins.{{ name }}, {% endfor %}bins.reference_group, bins.n_predictions, bins.n_labelled, bins.n_selected, bins.n_rejected,
        coalesce(own.rate, of_all.rate, scores.total / nullif(scores.n, 0)) as rate,
        case when bins.bin in ('null', 'invalid') then 0 else bins.n_predictions end as n_scored_predictions,
        coalesce(own.n, of_all.n, 0) < 10 as is_unlike
    from group_outcomes as bins
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = bins.monitor and monitors.maturity_seconds is not null
    left join calibrated_rates as own on {{ mlmon.same_row('own', 'bins', series) }} and own.bin = bins.bin
    left join calibrated_rates as of_all on of_all.monitor = bins.monitor and of_all.attribute = '' and of_all.group_value = '' and of_all.bin = bins.bin
    left join {{ ref('mlmon_profile') }} as scores
        on {{ mlmon.same_row('scores', 'bins', ['monitor', 'model_version', 'window_start', 'segment', 'segment_value', 'bin']) }} and scores.column_role = 'score'
    -- groups within a segment have no score bins
    where not bins.is_reference and bins.segment = 'overall'
),

expected as (
    select
        {{ group_key | join(', ') }}, reference_group, sum(n_predictions) as n_predictions, sum(n_labelled) as n_labelled,
        sum(n_scored_predictions) as n_scored_predictions, sum(case when is_unlike then n_scored_predictions else 0 end) as n_unlike,
        sum(n_selected * rate) as tp, sum(n_selected * (1 - rate)) as fp, sum(n_rejected * rate) as fn, sum(n_rejected * (1 - rate)) as tn
    from rated
    group by {{ group_key | join(', ') }}, reference_group
),

{{ mlmon.group_rates('expected') }},

shown as (
    select
        {{ group_key | join(', ') }}, reference_group, n_predictions, is_suppressed, case when {{ mlmon.are_unlike() }} then {{ mlmon.unlike_reason() }} end as unlike_reason,
        may_show * tp / nullif(tp + fn, 0) as tpr,
        may_show * fp / nullif(fp + tn, 0) as fpr,
        may_show * tp / nullif(tp + fp, 0) as {{ mlmon.metric_column('precision') }},
        may_show * (tp + tn) / nullif(tp + fp + fn + tn, 0) as accuracy
    from group_rates
)

select
    {% for name in group_key %}shown_groups.{{ name }}, {% endfor %}
    cast(shown_groups.n_predictions as {{ dbt.type_bigint() }}) as n, shown_groups.is_suppressed,
    {%- for rate in rates %}
    {{ mlmon.compared_rate(rate, 'shown_groups.' ~ mlmon.metric_column(rate), 'reference.' ~ mlmon.metric_column(rate)) }},
    {%- endfor %}
    shown_groups.reference_group,
    shown_groups.unlike_reason is null and coalesce(estimates.is_trusted, false) as is_trusted, coalesce(shown_groups.unlike_reason, estimates.reason) as reason
from shown as shown_groups
left join shown as reference
    on {{ mlmon.same_row('reference', 'shown_groups', ['monitor', 'model_version', 'window_start', 'segment', 'segment_value', 'attribute']) }}
    and reference.group_value = shown_groups.reference_group
left join {{ ref('mlmon_estimates') }} as estimates
    on {{ mlmon.same_row('estimates', 'shown_groups', ['monitor', 'model_version', 'window_start', 'segment', 'segment_value']) }} and estimates.estimator = 'calibrated'
