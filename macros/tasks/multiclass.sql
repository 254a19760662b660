{#- The task `multiclass`: a prediction is one of several classes, and a label the class that came. Each class is a binary problem against the rest. See tasks.sql. -#}
{% macro multiclass_task() %}
    {%- set micro = {'unit': 'share', 'direction': 'higher_is_better', 'source': 'scikit-learn', 'sql': 'tp / nullif(tp + fp, 0)', 'n': 'tp + fp'} -%}
    {%- set weighted = {'unit': '0 to 1', 'direction': 'higher_is_better', 'source': 'scikit-learn', 'n': 'tp + fp'} -%}
    {%- set scores = ['predictions.class_scores'] -%}
    {{ return({
        'score': {'range': [0, 1], 'is': 'optional, how sure the model is of the predicted class, 0 to 1', 'invalid': 'NULL, NaN or outside 0 to 1',
            'fix': 'A score of a class is a probability. If the columns hold percentages or logits, convert them in a model and name that model.', 'is_optional': true},
        'label_kind': none,
        'unnamed': {'score': none, 'prediction': none},
        'keys': {'predictions': {
            'prediction': mlmon.decision_key(),
            'class_scores': {'type': 'mapping', 'of': {'type': 'column', 'log': 'predictions', 'kind': 'numeric'}, 'expected': 'a mapping from a class to the column of its score, such as {gold: p_gold, silver: p_silver}',
                'meaning': 'the probability of each class, by class: log loss, Brier score, areas under the curves, and estimates before labels are there'}
        }},
        'valued': ['n_labelled'],
        'recounted': {'sums': 'class_predictions', 'needs': ['labels', 'predictions.class_scores']},
        'headline': 'f1',
        'shown_sums': ['tp', 'fp', 'tn', 'fn', 'n_scored'],
        'shares': {
            'metrics': ['precision', 'recall', 'specificity', 'f1', 'accuracy', 'balanced_accuracy', 'mcc', 'roc_auc', 'pr_auc', 'log_loss', 'brier'],
            'group_rates': ['tpr', 'precision', 'accuracy'],
            'splits': ['accuracy'],
            'needs': {'roc_auc': scores, 'pr_auc': scores, 'log_loss': scores, 'brier': scores}
        },
        'metrics': [
            dict(micro, metric='precision_micro', meaning='Precision of all classes together, a share of the predictions', formula='sum tp / sum (tp + fp) over classes'),
            dict(weighted, metric='precision_weighted', sql='precision_by_support', meaning='Mean precision of the classes, each weighted by its labels',
                formula='sum (labels x precision) / sum labels over classes'),
            dict(micro, metric='recall_micro', meaning='Recall of all classes together, a share of the predictions', formula='sum tp / sum (tp + fn) over classes'),
            dict(weighted, metric='recall_weighted', sql='recall_by_support', meaning='Mean recall of the classes, each weighted by its labels',
                formula='sum (labels x recall) / sum labels over classes'),
            dict(micro, metric='f1_micro', meaning='F1 of all classes together, a share of the predictions', formula='2 sum tp / sum (2 tp + fp + fn) over classes'),
            dict(weighted, metric='f1_weighted', sql='f1_by_support', meaning='Mean F1 of the classes, each weighted by its labels',
                formula='sum (labels x f1) / sum labels over classes')
        ],
        'group_counts': {},
        'group_rates': []
    }) }}
{% endmacro %}


{#- What the metrics that binary models have too are of several classes: SQL over the relation `multiclass_metrics` makes. -#}
{% macro macro_averages() %}
    {{ return({
        'precision': 'precision_average', 'recall': 'recall_average', 'tpr': 'recall_average', 'specificity': 'specificity_average', 'f1': 'f1_average',
        'accuracy': 'tp / nullif(tp + fp, 0)', 'balanced_accuracy': 'recall_average',
        'mcc': '(tp * (tp + fp) - chance) / nullif(sqrt((tp + fp) * (tp + fp) - chance_predicted) * sqrt((tp + fp) * (tp + fp) - chance_positive), 0)',
        'roc_auc': 'roc_auc_average', 'pr_auc': 'pr_auc_average', 'log_loss': 'log_loss_total / nullif(n_scored, 0)', 'brier': 'squared_error_total / nullif(n_scored, 0)'
    }) }}
{% endmacro %}


{#- A prediction and its label are classes where they are the same text; numbers of different types are written alike. With `class_scores`, a row is also one row
    for each class, with its score: all in one pass, and in a statement that grows by a few words a class. -#}
{% macro multiclass_rows(spec) %}
    {%- set named = spec.columns[spec.predictions.prediction | lower] -%}
    {%- set label_column = spec.label_columns[spec.labels.label | lower] if spec.labels else none -%}
    {%- set predicted = mlmon.class_text(mlmon.p(spec, spec.predictions.prediction), named, label_column) -%}
    {%- set label = mlmon.class_text(mlmon.l(spec, spec.labels.label), label_column, named) if spec.labels else 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
    {%- set class_scores = spec.predictions.get('class_scores') or {} -%}
    {%- set scores, invalid, findings, columns = {}, [], [], [] -%}
    {%- for column in class_scores.values() -%}
        {%- set score = mlmon.p_double(spec, column) -%}
        {%- do scores.update({'score_' ~ loop.index: score}) -%}
        {%- do invalid.append('coalesce(' ~ mlmon.is_valid(score, [0, 1]) ~ ', false)') -%}
    {%- endfor -%}
    {%- if spec.predictions.score -%}
        {%- set score = mlmon.p_double(spec, spec.predictions.score) -%}
        {%- do columns.append({'name': spec.predictions.score, 'role': 'score', 'numeric': true, 'value': score, 'column': spec.predictions.score, 'range': [0, 1], 'edges': []}) -%}
        {%- if not class_scores -%}{%- do invalid.append('coalesce(' ~ mlmon.is_valid(score, [0, 1]) ~ ', false)') -%}{%- endif -%}
    {%- endif -%}
    {%- do columns.append({'name': spec.predictions.prediction, 'role': 'prediction', 'numeric': false, 'value': predicted}) -%}
    {%- do findings.append({'check': 'classes', 'log': 'predictions', 'where': predicted ~ ' is null', 'says': 'of the predictions name no class',
        'fix': 'They are in no metric of performance. Check the job that writes ' ~ spec.predictions.prediction ~ '.', 'is_fault': true}) -%}
    {%- if class_scores -%}
        {%- set with_score = predicted ~ ' in (' ~ mlmon.text_literals(class_scores.keys() | map('string') | list) ~ ')' -%}
        {%- do findings.append({'check': 'classes without score', 'log': 'predictions', 'where': 'not ' ~ with_score, 'says': 'of the predictions are of a class that predictions.class_scores does not name',
            'fix': 'Name the column of each class, and write a class as the column ' ~ spec.predictions.prediction ~ ' does.', 'is_fault': true}) -%}
    {%- endif -%}
    {{ return({
        'values': scores,
        'outcome': {'class': predicted, 'label': label},
        'label': label,
        'label_is_positive': 'cast(null as ' ~ dbt.type_boolean() ~ ')',
        'label_kinds': {'known': label ~ ' is not null'},
        'near': '1 = 0',
        'columns': columns,
        'findings': findings,
        'invalid': 'not (' ~ invalid | join(' and ') ~ ')' if invalid else none,
        'regrouped': {'by': 'rows_by_class', 'kept': ['class', 'label'], 'outcome': ['is_score_row', 'has_label', 'is_positive', 'is_selected'], 'classes': class_scores.keys() | map('string') | list}
    }) }}
{% endmacro %}


{% macro class_text(expression, column, other) %}
    {%- if not other or mlmon.is_comparable(column, other) -%}{{ return(mlmon.text_of(expression, column.family)) }}{%- endif -%}
    {{ return(mlmon.id_text(expression, column.family, other.family)) }}
{% endmacro %}


{% macro multiclass_sums(spec) %}
    {%- set clipped = 'least(greatest(score, 2.220446049250313e-16), 1 - 2.220446049250313e-16)' -%}
    {{ return([
        {'name': 'n_predictions', 'type': 'bigint', 'count': 'not is_score_row'},
        {'name': 'n_labelled', 'type': 'bigint', 'count': 'not is_score_row and label is not null'},
        {'name': 'n_selected', 'type': 'bigint', 'count': 'not is_score_row and class is not null'},
        {'name': 'tp', 'type': 'bigint', 'count': 'not is_score_row and is_positive'},
        {'name': 'fp', 'type': 'bigint', 'count': 'not is_score_row and not is_positive'},
        {'name': 'tn', 'type': 'bigint'},
        {'name': 'fn', 'type': 'bigint', 'count': 'not is_score_row and not is_positive'},
        {'name': 'n_scored', 'type': 'bigint', 'count': 'is_score_row and is_positive'},
        {'name': 'n_ranked', 'type': 'bigint', 'count': 'is_score_row and is_positive is not null'},
        {'name': 'log_loss_total', 'type': 'double', 'total': 'case when is_score_row and is_positive then -ln(' ~ clipped ~ ') end'},
        {'name': 'squared_error_total', 'type': 'double', 'total': 'case when is_score_row and is_positive is not null then ' ~ mlmon.square('score - case when is_positive then 1.0 else 0.0 end') ~ ' end'},
        {'name': 'class_predictions', 'type': 'bigint', 'count': 'is_score_row'},
        {'name': 'class_labelled', 'type': 'bigint', 'count': 'is_score_row and has_label'},
        {'name': 'class_selected', 'type': 'bigint', 'count': 'is_score_row and is_selected'},
        {'name': 'class_rejected', 'type': 'bigint', 'count': 'is_score_row and not is_selected'},
        {'name': 'class_tp', 'type': 'bigint', 'count': 'is_score_row and is_selected and is_positive'},
        {'name': 'class_fp', 'type': 'bigint', 'count': 'is_score_row and is_selected and has_label and not coalesce(is_positive, false)'},
        {'name': 'class_tn', 'type': 'bigint', 'count': 'is_score_row and not is_selected and has_label and not coalesce(is_positive, false)'},
        {'name': 'class_fn', 'type': 'bigint', 'count': 'is_score_row and not is_selected and is_positive'}
    ]) }}
{% endmacro %}


{#- Averages over the classes that occur among predictions or labels, of those that have the metric. Their errors are those of the counts, each count a
    class has by chance; a class of few rows that are all right, or all wrong, has an error all the same (Laplace's rule). -#}
{% macro multiclass_metrics(source, keys, metrics, by_score) -%}
{%- set key = keys | join(', ') -%}
{%- set averages = mlmon.macro_averages() -%}
{%- set share_of = {'precision': 'n_judged', 'recall': 'n_positive'} -%}
{#- an average over classes is no share of a group's positives -#}
{%- set own = dict({'tn': 'averages.tn_total as tn'}, **({} if by_score else {'fn': mlmon.double_literal(none) ~ ' as fn'})) -%}
{{ mlmon.one_vs_rest(source, keys, by_score) }},

averages as (
    select
        {{ key }}, sum(tn) as tn_total,
        avg(class_precision) as precision_average, avg(class_recall) as recall_average, avg(class_f1) as f1_average, avg(class_specificity) as specificity_average,
        sum(class_precision * n_positive) / nullif(sum(case when class_precision is not null then n_positive end), 0) as precision_by_support,
        sum(class_recall * n_positive) / nullif(sum(n_positive), 0) as recall_by_support,
        sum(class_f1 * n_positive) / nullif(sum(n_positive), 0) as f1_by_support,
        {%- for name, n in share_of.items() %}
        sqrt(sum(case when {{ n }} > 0 then (tp + 1) * ({{ n }} - tp + 1) / ({{ mlmon.square(n ~ ' + 2') }}) / {{ n }} end)) / nullif(count(class_{{ name }}), 0) as {{ name }}_error,
        {%- endfor %}
        sum(4 * ({{ mlmon.square('touched + 2') }}) * (tp + 1) * (touched - tp + 1) / ({{ mlmon.square(mlmon.square('touched + tp + 3')) }}) / touched) as f1_variance,
        count(class_f1) as n_classes,
        sum(n_judged * n_positive) as chance, sum({{ mlmon.square('n_judged') }}) as chance_predicted, sum({{ mlmon.square('n_positive') }}) as chance_positive
    from (
        select class_rates.*, n_judged + n_positive - tp as touched
        from class_rates
        where n_judged + n_positive > 0
    ) as occurring
    group by {{ key }}
),
{%- if by_score %}

-- an error counts in two classes: in that of the prediction and in that of the label
f1_spread as (
    select
        {% for name in keys %}pairs.{{ name }}, {% endfor %}
        sum(case
            when pairs.class = pairs.label then pairs.n * ({{ mlmon.square('(2 - 2 * of_label.class_f1) / (of_label.n_judged + of_label.n_positive)') }})
            else pairs.n * ({{ mlmon.square('of_label.class_f1 / (of_label.n_judged + of_label.n_positive) + of_class.class_f1 / (of_class.n_judged + of_class.n_positive)') }})
        end) as f1_variance
    from pairs
    inner join class_rates as of_class on {{ mlmon.same_row('of_class', 'pairs', keys + ['class']) }}
    inner join class_rates as of_label on {{ mlmon.same_row('of_label', 'pairs', keys) }} and of_label.class = pairs.label
    group by {% for name in keys %}pairs.{{ name }}{{ ", " if not loop.last }}{% endfor %}
),

area_averages as (
    select
        {{ key }}, avg(class_roc_auc) as roc_auc_average, avg(class_pr_auc) as pr_auc_average,
        sqrt(sum({{ mlmon.auc_variance('class_roc_auc', 'n_ranked_positive', 'n_ranked_negative') }})) / nullif(count(class_roc_auc), 0) as roc_auc_error
    from class_areas
    group by {{ key }}
),
{%- endif %}

totals as (
    {{ mlmon.summed('multiclass', source, keys) }}
),

rates as (
    select
        sums.*
        {%- for metric in metrics if metric.of or metric.sql %},
        {{ averages.get(metric.metric) or metric.sql or mlmon.ratio(metric.of, metric.by) }} as {{ mlmon.metric_column(metric.metric) }}
        {%- endfor %}
    from (
        select
            {% for name in keys %}totals.{{ name }}, {% endfor %}
            {%- for each in mlmon.task_sums('multiclass') %}{{ own.get(each.name, 'totals.' ~ each.name) }}, {% endfor %}
            averages.precision_average, averages.recall_average, averages.f1_average, averages.specificity_average,
            averages.precision_by_support, averages.recall_by_support, averages.f1_by_support,
            averages.chance, averages.chance_predicted, averages.chance_positive
            {%- if by_score %},
            averages.precision_error, averages.recall_error,
            sqrt({{ mlmon.at_least('averages.f1_variance', 'f1_spread.f1_variance') }}) / averages.n_classes as f1_error,
            area_averages.roc_auc_average, area_averages.pr_auc_average, area_averages.roc_auc_error
            {%- endif %}
        from totals
        left join averages on {{ mlmon.same_row('averages', 'totals', keys) }}
        {%- if by_score %}
        left join f1_spread on {{ mlmon.same_row('f1_spread', 'totals', keys) }}
        left join area_averages on {{ mlmon.same_row('area_averages', 'totals', keys) }}
        {%- endif %}
    ) as sums
)

{% if by_score -%}
select
    rates.*,
    {% for name in mlmon.macro_metrics() + ['roc_auc'] -%}
    {{ mlmon.normal_band(name, averages[name], name ~ '_error') }},
    {% endfor -%}
    {{ mlmon.wilson('tp', '(tp + fp)', '-') }} as accuracy_low, {{ mlmon.wilson('tp', '(tp + fp)', '+') }} as accuracy_high,
    {{ mlmon.ratio('tp', 'n_selected') }} as accuracy_worst, {{ mlmon.ratio('n_selected - fp', 'n_selected') }} as accuracy_best,
    {{ mlmon.unknown_bounds(metrics, ['accuracy']) }}
from rates
{%- else -%}
select * from rates
{%- endif %}
{%- endmacro %}


{#- The averages over classes that are judged by an error of their own, for they are no share of rows. -#}
{% macro macro_metrics() %}{{ return(['precision', 'recall', 'f1']) }}{% endmacro %}


{#- The metrics of one class against the rest that mlmon_classes has, as they are declared. -#}
{% macro class_metrics() %}
    {%- set found = [] -%}
    {%- for metric in mlmon.declared_metrics().performance.metrics if metric.metric in ('precision', 'recall', 'specificity', 'f1', 'roc_auc', 'pr_auc') -%}
        {%- do found.append(metric) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
