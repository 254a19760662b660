{#- The task `regression`: a score is a number that was predicted, and a label the number that came. See tasks.sql. -#}
{% macro regression_task() %}
    {%- set number = {'type': 'number'} -%}
    {{ return({
        'score': {'range': none, 'is': 'the predicted value, any finite number', 'invalid': 'NULL, NaN or infinite',
            'fix': 'A prediction is a finite number. Check the job that writes the log.'},
        'label_kind': 'numeric',
        'unnamed': {'score': none},
        'keys': {'value': {
            'per_unit_over': dict(number, meaning='what each unit is worth by which a prediction is above its label'),
            'per_unit_under': dict(number, meaning='what each unit is worth by which it is below')
        }},
        'valued': ['n_scored'],
        'headline': 'mae',
        'shown_sums': ['n_scored'],
        'metrics': [
            {'metric': 'mae', 'unit': 'as the label', 'direction': 'lower_is_better', 'verdict': 'error_rise', 'warn': 0.1, 'error': 0.25,
             'of': 'abs_error_total', 'by': 'n_scored', 'interval': 'normal', 'splits': true,
             'meaning': 'Mean absolute error',
             'formula': 'mean abs(prediction - label)', 'source': 'scikit-learn'},
            {'metric': 'rmse', 'unit': 'as the label', 'direction': 'lower_is_better', 'verdict': 'error_rise', 'warn': 0.1, 'error': 0.25,
             'sql': 'sqrt(squared_error_total / nullif(n_scored, 0))', 'n': 'n_scored', 'interval': 'normal',
             'meaning': 'Root mean squared error',
             'formula': 'sqrt(mean (prediction - label)^2)', 'source': 'scikit-learn'},
            {'metric': 'mape', 'unit': 'fraction', 'direction': 'lower_is_better',
             'of': 'percentage_error_total', 'by': 'n_nonzero', 'n': 'n_scored',
             'meaning': 'Mean absolute percentage error, over labels that are not 0',
             'formula': 'mean abs(prediction - label) / abs(label)', 'source': 'scikit-learn'},
            {'metric': 'smape', 'unit': '0 to 2', 'direction': 'lower_is_better',
             'of': 'symmetric_error_total', 'by': 'n_scored', 'splits': true,
             'meaning': 'Symmetric mean absolute percentage error; 0 where prediction and label are both 0',
             'formula': 'mean 2 abs(prediction - label) / (abs(prediction) + abs(label))', 'source': 'Makridakis 1993'},
            {'metric': 'r2', 'unit': 'up to 1', 'direction': 'higher_is_better',
             'sql': '1 - squared_error_total / label_variation', 'n': 'n_scored', 'interval': 'normal',
             'meaning': 'Coefficient of determination',
             'formula': '1 - sum (prediction - label)^2 / sum (label - mean label)^2', 'source': 'scikit-learn'},
            {'metric': 'bias', 'unit': 'as the label', 'verdict': 'bias_shift', 'warn': 0.2, 'error': 0.5,
             'of': 'error_total', 'by': 'n_scored', 'interval': 'normal', 'splits': true,
             'meaning': 'Mean of prediction minus label',
             'formula': 'mean (prediction - label)', 'source': 'mlmon'}
        ] + mlmon.error_quantiles(),
        'group_counts': {},
        'group_rates': [
            {'metric': 'mae', 'as': 'mae', 'unit': 'as the label', 'direction': 'lower_is_better', 'of_group': 'mean absolute error of a group', 'formula': 'mean abs(prediction - label)'}
        ]
    }) }}
{% endmacro %}


{#- Quantiles of the error are taken of the rows, in mlmon_log_health: no sum has them. -#}
{% macro error_quantiles() %}
    {%- set metrics = [] -%}
    {%- for percent in ['05', '25', '50', '75', '95'] -%}
        {%- do metrics.append({'metric': 'error_p' ~ percent, 'unit': 'as the label', 'n': 'n_scored', 'quantile': (percent | int) / 100,
            'meaning': 'Median of prediction minus label' if percent == '50' else (percent | int) ~ 'th percentile of prediction minus label',
            'formula': 'quantile 0.' ~ percent ~ ' of prediction - label by linear interpolation', 'source': 'Hyndman and Fan 1996, type 7'}) -%}
    {%- endfor -%}
    {{ return(metrics) }}
{% endmacro %}


{% macro regression_rows(spec) %}
    {%- set score = mlmon.p_double(spec, spec.predictions.score) -%}
    {%- set label = mlmon.double_literal(none) -%}
    {%- set findings = [] -%}
    {%- if spec.labels -%}
        {%- set label = mlmon.l_double(spec, spec.labels.label) -%}
        {%- do findings.append({'check': 'label values', 'log': 'labels', 'where': 'not ' ~ mlmon.is_number(label), 'says': 'of the labels are NaN or infinite',
            'fix': 'They count as no label. Check the job that writes ' ~ spec.labels.label ~ '.', 'is_fault': true}) -%}
    {%- endif -%}
    {%- set actual = mlmon.within_addable(label) -%}
    {{ return({
        'values': {'score': mlmon.within_addable(score), 'actual': actual},
        'error': '(' ~ mlmon.within_addable(score) ~ ') - (' ~ actual ~ ')',
        'outcome': {'is_zero': actual ~ ' = 0'},
        'label': actual,
        'label_is_positive': 'cast(null as ' ~ dbt.type_boolean() ~ ')',
        'label_kinds': {'numeric': '(' ~ actual ~ ') is not null'},
        'near': '1 = 0',
        'columns': [{'name': spec.predictions.score, 'role': 'score', 'numeric': true, 'value': score, 'column': spec.predictions.score, 'range': none, 'edges': []}],
        'findings': findings
    }) }}
{% endmacro %}


{#- A finite number, taken to the largest that sums can be made of where it is beyond: an absurd error is to be seen, and not left out. -#}
{% macro within_addable(value) %}
    {%- set largest = mlmon.double_literal(mlmon.largest_addable()) -%}
    {{ return('case when ' ~ mlmon.is_number(value) ~ ' then least(greatest(' ~ value ~ ', -' ~ largest ~ '), ' ~ largest ~ ') end') }}
{% endmacro %}


{#- Scores and labels are less the pinned center of the score: their squares keep their digits far from zero. -#}
{% macro regression_sums(spec) %}
    {%- set center = mlmon.double_literal(spec.score_center or 0) -%}
    {%- set error, score, actual = 'score - actual', '(case when actual is not null then score - ' ~ center ~ ' end)', '(case when score is not null then actual - ' ~ center ~ ' end)' -%}
    {%- set worth = '' -%}
    {%- if spec.value -%}
        {%- set worth = '(abs_error_total + error_total) / 2 * ' ~ mlmon.double_literal(spec.value.get('per_unit_over', 0))
            ~ ' + (abs_error_total - error_total) / 2 * ' ~ mlmon.double_literal(spec.value.get('per_unit_under', 0)) -%}
    {%- endif -%}
    {{ return([
        {'name': 'n_predictions', 'type': 'bigint', 'count': '1 = 1'},
        {'name': 'n_labelled', 'type': 'bigint', 'count': 'is_zero is not null'},
        {'name': 'n_scored', 'type': 'bigint', 'count': 'is_zero is not null and bin_number > 0'},
        {'name': 'n_nonzero', 'type': 'bigint', 'count': 'not is_zero and bin_number > 0'},
        {'name': 'error_total', 'type': 'double', 'total': error},
        {'name': 'abs_error_total', 'type': 'double', 'total': 'abs(' ~ error ~ ')'},
        {'name': 'squared_error_total', 'type': 'double', 'total': mlmon.square(error)},
        {'name': 'quartic_error_total', 'type': 'double', 'total': mlmon.square(mlmon.square('case when ' ~ error ~ ' is not null then least(abs(' ~ error ~ '), ' ~ mlmon.double_literal('1e72') ~ ') end'))},
        {'name': 'percentage_error_total', 'type': 'double', 'total': 'case when actual <> 0 then abs(' ~ error ~ ') / greatest(abs(actual), 2.220446049250313e-16) end'},
        {'name': 'symmetric_error_total', 'type': 'double', 'total': 'case when ' ~ error ~ ' = 0 then 0 else 2 * (abs(' ~ error ~ ') / (abs(score) + abs(actual))) end'},
        {'name': 'centered_score_total', 'type': 'double', 'total': score},
        {'name': 'centered_score_sq', 'type': 'double', 'total': mlmon.square(score)},
        {'name': 'centered_label_total', 'type': 'double', 'total': actual},
        {'name': 'centered_label_sq', 'type': 'double', 'total': mlmon.square(actual)},
        {'name': 'centered_product', 'type': 'double', 'total': mlmon.product(score, actual)},
        {'name': 'value_total', 'type': 'double', 'of_sums': worth}
    ]) }}
{% endmacro %}


{#- A variation that is small beside what it is a difference of is rounding, and taken as none. -#}
{% macro regression_metrics(source, keys, metrics, by_score) -%}
{%- set variations = {'error_variation': ['squared_error_total', 'error_total'], 'abs_error_variation': ['squared_error_total', 'abs_error_total'],
    'squared_error_variation': ['quartic_error_total', 'squared_error_total']} -%}
{%- set variance_of_mean = ' / nullif(n_scored - 1, 0) / n_scored)' -%}
totals as (
    {{ mlmon.summed('regression', source, keys) }}
),

moments as (
    select
        differences.*,
        case when raw_label_variation > 1e-12 * centered_label_sq then raw_label_variation end as label_variation
        {%- for name, sums in variations.items() %},
        case when raw_{{ name }} is not null then case when raw_{{ name }} > 1e-13 * {{ sums[0] }} then raw_{{ name }} else 0 end end as {{ name }}
        {%- endfor %}
    from (
        select
            totals.*,
            centered_label_sq - {{ mlmon.square('centered_label_total') }} / nullif(n_scored, 0) as raw_label_variation,
            centered_product - centered_label_sq - {{ mlmon.product('error_total', 'centered_label_total') }} / nullif(n_scored, 0) as joint_variation
            {%- for name, sums in variations.items() %},
            {{ sums[0] }} - {{ mlmon.square(sums[1]) }} / nullif(n_scored, 0) as raw_{{ name }}
            {%- endfor %}
        from totals
    ) as differences
),

-- what the variance of r2 is made of, in units of the labels' variation; beyond reason where predictions are garbage
in_units_of_labels as (
    select
        moments.*, squared_error_total / label_variation as r, error_variation / label_variation as v,
        (squared_error_total - error_variation) / label_variation as b, joint_variation / label_variation as c
    from moments
),

rates as (
    select
        in_units_of_labels.*,
        {{ mlmon.metric_values(metrics) }},
        sqrt(abs_error_variation{{ variance_of_mean }} as mae_error,
        sqrt(error_variation{{ variance_of_mean }} as bias_error,
        case
            when n_scored > 1 and squared_error_total = 0 then 0
            else sqrt(squared_error_variation{{ variance_of_mean }} / nullif(2 * sqrt(squared_error_total / nullif(n_scored, 0)), 0)
        end as rmse_error,
        case when n_scored > 1 and r < 1e70 then sqrt(({{ mlmon.at_least('(2 * (' ~ mlmon.square('v') ~ ') + 4 * (' ~ mlmon.product('v', 'b') ~ ') - 4 * ('
            ~ mlmon.product('r', mlmon.square('c')) ~ ') + 2 * (' ~ mlmon.square('r') ~ '))', 0) }}) / n_scored) end as r2_error
    from in_units_of_labels
)

select rates.*{% if by_score %}, {{ mlmon.normal_intervals(metrics) }}{% endif %}
from rates
{%- endmacro %}
