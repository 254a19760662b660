{#- The task `binary`: a score is the probability of a class, a decision says yes or no, and a label says whether it was that class. See tasks.sql. -#}
{% macro binary_task() %}
    {%- set number = {'type': 'number'} -%}
    {{ return({
        'score': {'range': [0, 1], 'is': 'probability of the positive class, 0 to 1', 'invalid': 'NULL, NaN or outside 0 to 1',
            'fix': 'A binary score is a probability. If the column holds a percentage or a logit, convert it in a model and name that model.'},
        'label_kind': none,
        'unnamed': {'score': none, 'prediction': 'prediction'},
        'keys': {
            'predictions': {
                'prediction': mlmon.decision_key(),
                'threshold': {'type': 'number', 'minimum': 0, 'maximum': 1, 'default': 0.5, 'in_reference': true,
                    'meaning': "decision threshold if no decision is logged; always an edge of the score's bins"},
                'treatment': {'type': 'column', 'log': 'predictions', 'kind': 'numeric',
                    'meaning': 'whether the prediction was acted on, such as a campaign that was sent: true or 1, else false or 0. `mlmon_outcomes` then counts the treated'}
            },
            'labels': {'positive_class': {'type': 'scalar', 'absent': '1 or true', 'implied': 1, 'in_reference': true,
                'meaning': 'the value that counts as positive. The default also accepts the texts 1, true, t, yes, and 1.0 '
                ~ 'in any case. If it is a text that is not a number, true is positive in a boolean column, and 1 in a numeric column; if it is false, f, no, or 0, the reverse'}},
            'value': {'tp': number, 'fp': number, 'fn': number, 'tn': number},
            'alerts': {'review_margin': {'type': 'number', 'minimum': 0, 'maximum': 1, 'default': 0.1, 'meaning': 'scores this close to the threshold are reviewed first'}}
        },
        'valued': ['tp', 'fp', 'tn', 'fn'],
        'headline': 'precision',
        'shown_sums': ['tp', 'fp', 'tn', 'fn'],
        'metrics': [
            {'metric': 'precision', 'unit': 'share', 'direction': 'higher_is_better', 'verdict': 'relative_drop', 'warn': 0.05, 'error': 0.1,
             'of': 'tp', 'by': 'tp + fp', 'share': 'good', 'interval': 'wilson', 'splits': true,
             'worst': mlmon.ratio('tp', 'n_selected'), 'best': mlmon.ratio('n_selected - fp', 'n_selected'),
             'meaning': 'Share of the predicted positives that are positive',
             'formula': 'tp / (tp + fp)', 'source': 'scikit-learn'},
            {'metric': 'recall', 'unit': 'share', 'direction': 'higher_is_better', 'verdict': 'relative_drop', 'warn': 0.05, 'error': 0.1,
             'of': 'tp', 'by': 'tp + fn', 'share': 'good', 'interval': 'wilson', 'splits': true,
             'worst': mlmon.ratio('tp', 'tp + n_rejected - tn'), 'best': mlmon.ratio('n_selected - fp', 'n_selected - fp + fn'),
             'meaning': 'Share of the positives that were predicted positive',
             'formula': 'tp / (tp + fn)', 'source': 'scikit-learn'},
            {'metric': 'specificity', 'unit': 'share', 'direction': 'higher_is_better',
             'of': 'tn', 'by': 'tn + fp', 'splits': true,
             'meaning': 'Share of the negatives that were predicted negative',
             'formula': 'tn / (tn + fp)', 'source': 'scikit-learn'},
            {'metric': 'f1', 'unit': '0 to 1', 'direction': 'higher_is_better', 'verdict': 'relative_drop', 'warn': 0.05, 'error': 0.1,
             'of': '2 * tp', 'by': '2 * tp + fp + fn', 'n': 'tp + fp + fn', 'share': 'jaccard', 'interval': 'jaccard', 'splits': true,
             'meaning': 'Harmonic mean of precision and recall',
             'formula': '2 tp / (2 tp + fp + fn)', 'source': 'scikit-learn'},
            {'metric': 'accuracy', 'unit': 'share', 'direction': 'higher_is_better', 'verdict': 'relative_drop', 'warn': 0.05, 'error': 0.1,
             'of': 'tp + tn', 'by': 'tp + tn + fp + fn', 'n': 'coalesce(tp + tn + fp + fn, n_labelled)', 'share': 'good', 'interval': 'wilson', 'splits': true,
             'worst': mlmon.ratio('tp + tn', 'n_selected + n_rejected'), 'best': mlmon.ratio('n_selected - fp + n_rejected - fn', 'n_selected + n_rejected'),
             'meaning': 'Share of the predictions that are correct',
             'formula': '(tp + tn) / (tp + fp + tn + fn)', 'source': 'scikit-learn'},
            {'metric': 'balanced_accuracy', 'unit': '0 to 1', 'direction': 'higher_is_better',
             'sql': '(tp / nullif(tp + fn, 0) + tn / nullif(tn + fp, 0)) / 2',
             'meaning': 'Mean of recall and specificity',
             'formula': '(recall + specificity) / 2', 'source': 'scikit-learn'},
            {'metric': 'mcc', 'unit': '-1 to 1', 'direction': 'higher_is_better',
             'sql': '(tp * tn - fp * fn) / nullif(sqrt(tp + fp) * sqrt(tp + fn) * sqrt(tn + fp) * sqrt(tn + fn), 0)',
             'meaning': 'Matthews correlation coefficient of prediction and label',
             'formula': '(tp tn - fp fn) / sqrt((tp+fp)(tp+fn)(tn+fp)(tn+fn))', 'source': 'scikit-learn'},
            {'metric': 'roc_auc', 'unit': '0 to 1', 'direction': 'higher_is_better', 'verdict': 'relative_drop', 'warn': 0.05, 'error': 0.1,
             'of': 'pairs_in_order', 'by': 'n_pairs', 'n': 'n_labelled', 'interval': 'auc',
             'meaning': 'Probability that a positive scores higher than a negative',
             'formula': 'pairs in order / pairs, from score bins', 'source': 'scikit-learn'},
            {'metric': 'pr_auc', 'unit': '0 to 1', 'direction': 'higher_is_better',
             'of': 'precision_total', 'by': 'n_ranked_positive', 'n': 'n_labelled',
             'meaning': 'Average precision over the thresholds',
             'formula': 'sum (recall step x precision), from score bins', 'source': 'scikit-learn'},
            {'metric': 'log_loss', 'unit': 'nats', 'direction': 'lower_is_better',
             'of': 'log_loss_total', 'by': 'n_scored', 'n': 'n_labelled',
             'meaning': 'Mean negative log-likelihood of the labels under the scores',
             'formula': 'mean -ln p(label), clipped at the epsilon of doubles', 'source': 'scikit-learn'},
            {'metric': 'brier', 'unit': '0 to 1', 'direction': 'lower_is_better',
             'of': 'squared_error_total', 'by': 'n_scored', 'n': 'n_labelled',
             'meaning': 'Mean squared difference of score and label',
             'formula': 'mean (score - label)^2', 'source': 'scikit-learn'},
            {'metric': 'ece', 'unit': '0 to 1', 'direction': 'lower_is_better',
             'of': 'calibration_gap', 'by': 'n_calibrated', 'n': 'n_labelled',
             'meaning': 'Expected calibration error over ten equal-width bins of the score',
             'formula': 'sum n_b / n abs(mean label - mean score)', 'source': 'Naeini et al. 2015'},
            {'metric': 'prevalence', 'unit': 'share', 'verdict': 'share_shift', 'warn': 0.5, 'error': 1,
             'of': 'n_positive', 'by': 'n_labelled', 'splits': true,
             'meaning': 'Share of the labels that are positive',
             'formula': 'n_positive / n_labelled', 'source': 'mlmon'},
            {'metric': 'selection_rate', 'unit': 'share',
             'of': 'n_selected', 'by': 'n_predictions', 'labels': 'none', 'splits': true,
             'meaning': 'Share of the predictions that are positive',
             'formula': 'predicted positive / n_predictions', 'source': 'fairlearn'},
            {'metric': 'uplift', 'unit': '-1 to 1', 'direction': 'higher_is_better', 'n': 'n_labelled', 'needs': ['predictions.treatment'],
             'sql': 'n_treated_positive / nullif(n_treated_labelled, 0) - (n_positive - n_treated_positive) / nullif(n_labelled - n_treated_labelled, 0)',
             'meaning': 'Share of positives among the treated beyond that among the others',
             'formula': 'positives / labels of the treated - positives / labels of the others', 'source': 'mlmon'},
            {'metric': 'qini', 'unit': 'at most 1', 'direction': 'higher_is_better', 'n': 'n_labelled', 'needs': ['predictions.treatment'],
             'of': '(uplift_area - random_area)', 'by': 'perfect_area - random_area',
             'meaning': 'Qini coefficient: how far treating by descending score beats treating at random, of what a perfect order would',
             'formula': '(area under the Qini curve - random) / (perfect - random), from score bins', 'source': 'scikit-uplift'}
        ],
        'group_counts': {'n_selected': 'n_selected', 'n_positive': 'tp + fn', 'n_true_positive': 'tp'},
        'group_rates': [
            {'metric': 'selection_rate', 'as': 'selection_rate', 'n': 'n', 'labels': 'none', 'judged': true, 'reference_n': 'reference_n',
             'of_group': 'share of a group that is predicted positive (demographic parity)', 'formula': 'predicted positive / n'},
            {'metric': 'tpr', 'as': 'recall', 'n': 'n_positive', 'direction': 'higher_is_better', 'judged': true, 'reference_n': 'reference_n_positive',
             'of_group': 'true positive rate of a group (equal opportunity)', 'formula': 'tp / (tp + fn)'},
            {'metric': 'fpr', 'of': 'fp', 'by': 'fp + tn', 'direction': 'lower_is_better', 'of_group': 'false positive rate of a group', 'formula': 'fp / (fp + tn)'},
            {'metric': 'precision', 'as': 'precision', 'n': 'n_selected', 'direction': 'higher_is_better', 'of_group': 'precision of a group', 'formula': 'tp / (tp + fp)'},
            {'metric': 'accuracy', 'as': 'accuracy', 'direction': 'higher_is_better', 'of_group': 'accuracy of a group', 'formula': '(tp + tn) / labelled'}
        ]
    }) }}
{% endmacro %}


{% macro binary_rows(spec) %}
    {%- set score = mlmon.p_double(spec, spec.predictions.score) -%}
    {%- set valid_score = mlmon.valid_score(spec) -%}
    {%- set threshold = mlmon.double_literal(spec.predictions.threshold) -%}
    {%- set decision = '(' ~ valid_score ~ ' >= ' ~ threshold ~ ')' -%}
    {%- if spec.predictions.prediction -%}
        {%- set decision = mlmon.is_positive(spec, mlmon.p(spec, spec.predictions.prediction), spec.columns[spec.predictions.prediction | lower]) -%}
    {%- endif -%}
    {%- set label = mlmon.is_positive(spec, mlmon.l(spec, spec.labels.label), spec.label_columns[spec.labels.label | lower]) if spec.labels
        else 'cast(null as ' ~ dbt.type_boolean() ~ ')' -%}
    {%- set edges = [] -%}
    {%- for tenth in range(1, 10) -%}{%- do edges.append(tenth / 10) -%}{%- endfor -%}
    {%- set outcome = {'is_selected': decision, 'is_positive': label} -%}
    {%- if spec.predictions.treatment -%}
        {%- set treatment = mlmon.p_double(spec, spec.predictions.treatment) -%}
        {%- do outcome.update({'is_treated': 'case when ' ~ treatment ~ ' = 1 then true when ' ~ treatment ~ ' = 0 then false end'}) -%}
    {%- endif -%}
    {%- set findings = [
        {'check': 'decisions', 'log': 'predictions', 'where': decision, 'says': 'of the predictions are positive',
         'fix': 'If all decisions are the same, precision and recall mean nothing. Check predictions.threshold, predictions.prediction and labels.positive_class.'}
    ] -%}
    {%- if spec.predictions.treatment -%}
        {%- do findings.append({'check': 'treatment', 'log': 'predictions', 'where': outcome.is_treated, 'says': 'of the predictions were treated',
            'fix': 'Uplift compares the treated with the others. Check predictions.treatment: true or 1 is treated, false or 0 is not.'}) -%}
        {%- do findings.append({'check': 'untold treatment', 'log': 'predictions', 'where': outcome.is_treated ~ ' is null', 'says': 'of the predictions do not say whether they were treated',
            'fix': 'Neither true, 1, false nor 0. They count as not treated.', 'is_fault': true}) -%}
    {%- endif -%}
    {%- if spec.labels -%}
        {%- do findings.append({'check': 'positives', 'log': 'labels', 'where': label, 'says': 'of the labels are positive',
            'fix': 'Check labels.positive_class: it is the value of ' ~ spec.labels.label ~ ' that counts as positive (default 1 or true).'}) -%}
    {%- endif -%}
    {{ return({
        'values': {'score': valid_score},
        'outcome': outcome,
        'label': label,
        'label_is_positive': label,
        'label_kinds': {'positive': label, 'negative': 'not ' ~ label},
        'near': 'abs(' ~ valid_score ~ ' - ' ~ threshold ~ ') <= ' ~ mlmon.double_literal(spec.review_margin),
        'columns': [
            {'name': spec.predictions.score, 'role': 'score', 'numeric': true, 'value': score, 'column': spec.predictions.score,
             'range': mlmon.binary_task().score.range, 'edges': edges + [spec.predictions.threshold]},
            {'name': spec.predictions.prediction or 'prediction', 'role': 'prediction', 'numeric': false,
             'value': 'case when ' ~ decision ~ " then '1' when not (" ~ decision ~ ") then '0' end"}
        ],
        'findings': findings
    }) }}
{% endmacro %}


{% macro binary_sums(spec) %}
    {%- set clipped = 'least(greatest(score, 2.220446049250313e-16), 1 - 2.220446049250313e-16)' -%}
    {%- set worth = [] -%}
    {%- for outcome in ['tp', 'fp', 'tn', 'fn'] if spec.value -%}{%- do worth.append(outcome ~ ' * ' ~ mlmon.double_literal(spec.value.get(outcome, 0))) -%}{%- endfor -%}
    {#- what is not configured is not known, and costs nothing -#}
    {%- set treated = 'count' if (spec.predictions or {}).get('treatment') else 'unknown' -%}
    {{ return([
        {'name': 'n_predictions', 'type': 'bigint', 'count': '1 = 1'},
        {'name': 'n_labelled', 'type': 'bigint', 'count': 'is_positive is not null'},
        {'name': 'n_positive', 'type': 'bigint', 'count': 'is_positive'},
        {'name': 'n_selected', 'type': 'bigint', 'count': 'is_selected'},
        {'name': 'n_rejected', 'type': 'bigint', 'count': 'not is_selected'},
        {'name': 'tp', 'type': 'bigint', 'count': 'is_selected and is_positive'},
        {'name': 'fp', 'type': 'bigint', 'count': 'is_selected and not is_positive'},
        {'name': 'tn', 'type': 'bigint', 'count': 'not is_selected and not is_positive'},
        {'name': 'fn', 'type': 'bigint', 'count': 'not is_selected and is_positive'},
        {'name': 'n_scored', 'type': 'bigint', 'count': 'is_positive is not null and bin_number > 0'},
        {'name': 'score_total', 'type': 'double', 'total': 'case when is_positive is not null then score end'},
        {'name': 'log_loss_total', 'type': 'double',
         'total': 'case when is_positive is not null and score is not null then -ln(case when is_positive then ' ~ clipped ~ ' else 1 - ' ~ clipped ~ ' end) end'},
        {'name': 'squared_error_total', 'type': 'double',
         'total': 'case when is_positive is not null then ' ~ mlmon.square('score - case when is_positive then 1.0 else 0.0 end') ~ ' end'},
        {'name': 'n_treated', 'type': 'bigint', treated: 'is_treated'},
        {'name': 'n_treated_labelled', 'type': 'bigint', treated: 'is_treated and is_positive is not null'},
        {'name': 'n_treated_positive', 'type': 'bigint', treated: 'is_treated and is_positive'},
        {'name': 'value_total', 'type': 'double', 'of_sums': worth | join(' + ')}
    ]) }}
{% endmacro %}


{#- Areas under the curves and the calibration are measured by score bin: what ranks the predictions of a window, from its own sums. -#}
{% macro binary_metrics(source, keys, metrics, by_score) -%}
{%- set key = keys | join(', ') -%}
{%- set has_treatment = mlmon.has_treatment() -%}
{%- if by_score -%}
score_bins as (
    select monitor, bin, max(upper) as upper
    from {{ ref('mlmon_bins') }}
    where column_role = 'score'
    group by monitor, bin
),

positives_by_score as (
    select {{ key }}, bin, n_positive as positives, n_labelled - n_positive as negatives
    from {{ source }}
    where bin not in ('null', 'invalid')
),

{{ mlmon.areas_under_curves('areas', 'positives_by_score', keys) }},

calibration as (
    select {{ key }}, sum(abs(observed - expected)) as gap, sum(n_scored) as n_scored
    from (
        select
            {% for name in keys %}outcomes.{{ name }}, {% endfor %}
            {{ mlmon.score_tenth('score_bins.upper') }} as tenth,
            sum(outcomes.n_positive) as observed, sum(outcomes.score_total) as expected, sum(outcomes.n_scored) as n_scored
        from {{ source }} as outcomes
        left join score_bins on score_bins.monitor = outcomes.monitor and score_bins.bin = outcomes.bin
        where outcomes.bin not in ('null', 'invalid') and outcomes.n_scored > 0
        group by {% for name in keys %}outcomes.{{ name }}, {% endfor %} tenth
    ) as tenths
    group by {{ key }}
),

{% if has_treatment -%}
{{ mlmon.qini_areas(source, keys) }},

{% endif -%}
{% endif -%}
totals as (
    {{ mlmon.summed('binary', source, keys) }}
),

rates as (
    select
        sums.*,
        {{ mlmon.metric_values(metrics) }}
    from (
        select
            totals.*
            {%- if by_score %},
            areas.n_ranked_positive, areas.n_ranked_negative, areas.n_ranked_positive * areas.n_ranked_negative as n_pairs,
            areas.pairs_in_order, areas.precision_total,
            calibration.gap as calibration_gap, calibration.n_scored as n_calibrated,
            {%- for area in ['uplift_area', 'random_area', 'perfect_area'] %}
            {{ 'uplifts.' ~ area if has_treatment else mlmon.double_literal(none) ~ ' as ' ~ area }}{{ "," if not loop.last }}
            {%- endfor %}
            {%- endif %}
        from totals
        {%- if by_score %}
        left join areas on {{ mlmon.same_row('areas', 'totals', keys) }}
        left join calibration on {{ mlmon.same_row('calibration', 'totals', keys) }}
        {%- if has_treatment %}
        left join uplifts on {{ mlmon.same_row('uplifts', 'totals', keys) }}
        {%- endif %}
        {%- endif %}
    ) as sums
)

{% if by_score -%}
select
    derived.*,
    {{ mlmon.wilson_intervals(metrics) }},
    {{ mlmon.bounds(metrics) }},
    {{ mlmon.normal_band('roc_auc', 'roc_auc', 'roc_auc_error') }}
from (
    select *, sqrt({{ mlmon.auc_variance('roc_auc', 'n_ranked_positive', 'n_ranked_negative') }}) as roc_auc_error
    from rates
) as derived
{%- else -%}
select * from rates
{%- endif %}
{%- endmacro %}
