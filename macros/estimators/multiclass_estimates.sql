{#- Estimates of multiclass models with class scores, as CTEs up to `multiclass_bands`: each class against the rest, by what labels say of such scores of the class, and the averages over classes.
    What is learned is kept by three neighbors of the bins that scores are counted in. See estimated_tasks.sql. -#}
{% macro multiclass_estimates() -%}
{%- set key, series = mlmon.window_columns(), mlmon.estimate_series() -%}
{%- set metrics = mlmon.estimated_tasks().multiclass.metrics -%}
{%- set bin_number = 'cast(bin as ' ~ dbt.type_int() ~ ')' -%}
{%- set mean_score = mlmon.class_bin_score(bin_number) -%}
{#- a class that is as good as not there has no rate -#}
{%- set occurs = {
    'precision': 'tp + fp', 'recall': 'tp + fn', 'specificity': mlmon.at_most('(tn + fp)', '(tp + fp + fn)'), 'f1': 'tp + fp + fn', 'roc_auc': mlmon.at_most('(tp + fn)', '(tn + fp)')
} -%}
{#- what a class that is never predicted has -#}
{%- set of_others = {'recall': 0, 'specificity': 1, 'f1': 0} -%}
class_bins as (
    select
        {% for name in key %}{{ name }}, {% endfor %}task, class, bin, is_mature, age_windows,
        class_selected as n_selected, class_rejected as n_rejected, class_tp as tp, class_fp as fp, class_tn as tn, class_fn as fn,
        class_predictions as n_predictions, n_ranked as n_labelled, n_scored as n_positive, class_labelled as n_scored, class_labelled * {{ mean_score }} as score_total,
        {{ mean_score }} as mean_score,
        {{ mlmon.bin_label('cast(floor((' ~ bin_number ~ ' + 1) / 3.0) as ' ~ dbt.type_int() ~ ')') }} as learned_bin
    from scored_bins
    where task = 'multiclass' and bin <> 'all'
),

multiclass_labels as {{ mlmon.materialized_cte() }} (
{{ mlmon.labelled_bins('multiclass', ['n_positive', 'score_total'], 'class_bins', ['class']) }}
),

multiclass_bins as (
    select * from class_bins where not is_reference
),

{{ mlmon.expected_confusions('multiclass', ['class']) }},

-- known labels of classes without a score: together one more class, which is never predicted
other_classes as (
    select {{ key | join(', ') }}, case when max(n_scored) > sum(n_positive) then 1 else 0 end as n_other
    from (
        select {{ key | join(', ') }}, class, sum(n_scored) as n_scored, sum(n_positive) as n_positive
        from multiclass_bins
        group by {{ key | join(', ') }}, class
    ) as by_class
    group by {{ key | join(', ') }}
),

class_errors as (
    select multiclass_errors.*, case when multiclass_errors.estimator = 'nowcast' then other_classes.n_other else 0 end as n_other
    from multiclass_errors
    inner join other_classes on {{ mlmon.same_row('other_classes', 'multiclass_errors', key) }}
),

class_averages as (
    select
        estimator, {{ key | join(', ') }},
        {%- for metric, rows in occurs.items() %}
        {%- set column = mlmon.metric_column(metric) %}
        {%- set summed = 'case when ' ~ rows ~ ' >= 0.5 then ' ~ column ~ ' end' %}
        {%- set n = 'nullif(count(' ~ summed ~ ')' ~ (' + max(n_other)' if metric in of_others) ~ ', 0)' %}
        {% if metric in of_others %}(coalesce(sum({{ summed }}), 0) + {{ of_others[metric] }} * max(n_other)){% else %}sum({{ summed }}){% endif %} / {{ n }} as {{ column }},
        sqrt(sum(case when {{ rows }} >= 0.5 then {{ mlmon.square(metric ~ '_error') }} end)) / {{ n }} as {{ metric }}_error,
        {%- endfor %}
        -- a prediction is right where the class that it names is
        sum(tp) / nullif(sum(tp + fp), 0) as accuracy,
        sqrt(sum({{ mlmon.square('(tp + fp) * precision_error') }})) / nullif(sum(tp + fp), 0) as accuracy_error,
        max(n_scored_predictions) as n_scored_predictions, max(n_unlike) as n_unlike
    from class_errors
    group by estimator, {{ key | join(', ') }}
),

multiclass_bands as (
    select
        {%- for metric in metrics %}
        {{ mlmon.normal_band(metric, mlmon.metric_column(metric), metric ~ '_error') }},
        {%- endfor %}
        {{ mlmon.double_literal(none) }} as business_value,
        class_averages.*
    from class_averages
)
{%- endmacro %}
