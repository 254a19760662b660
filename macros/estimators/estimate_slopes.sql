{#- By how much a metric over expected counts changes with one more row -> {metric: {place_outcome: SQL}}, for rows that are selected, rejected, or `any`, and turn out positive
    or negative. `row`: of score bins, with the metrics, tp, fp, tn, fn, n_positive and n_negative of the whole, positives and negatives of the bin, negatives_below and
    positives_above. The derivatives of the metrics' formulas. -#}
{% macro estimate_slopes(row) %}
    {%- set slopes = {} -%}
    {%- set shares = {
        'precision': ['tp + fp', {'selected_positive': 1, 'selected_negative': 0}],
        'recall': ['tp + fn', {'selected_positive': 1, 'rejected_positive': 0}],
        'specificity': ['tn + fp', {'selected_negative': 0, 'rejected_negative': 1}],
        'f1': ['2 * tp + fp + fn', {'selected_positive': 2, 'selected_negative': 0, 'rejected_positive': 0}],
        'accuracy': ['tp + fp + tn + fn', {'selected_positive': 1, 'selected_negative': 0, 'rejected_positive': 0, 'rejected_negative': 1}]
    } -%}
    {%- for metric, share in shares.items() -%}
        {%- set own = {} -%}
        {%- set value, n = row ~ '.' ~ mlmon.metric_column(metric), [] -%}
        {%- for term in share[0].split(' + ') -%}{%- do n.append(term.replace('2 * tp', '2 * ' ~ row ~ '.tp') if '*' in term else row ~ '.' ~ term) -%}{%- endfor -%}
        {%- for part in ['selected_positive', 'selected_negative', 'rejected_positive', 'rejected_negative'] -%}
            {#- the row adds to the numerator by so much, and to the denominator by 1, or by 2 where a row counts twice -#}
            {%- set adds = share[1].get(part) -%}
            {%- set times = 2 if adds == 2 else 1 -%}
            {%- do own.update({part: '0.0' if adds is none else '(' ~ adds ~ ' - ' ~ times ~ ' * ' ~ value ~ ') / nullif(' ~ n | join(' + ') ~ ', 0)'}) -%}
        {%- endfor -%}
        {%- do slopes.update({metric: own}) -%}
    {%- endfor -%}
    {%- set pairs = 'nullif(' ~ row ~ '.n_positive * ' ~ row ~ '.n_negative, 0)' -%}
    {%- do slopes.update({'roc_auc': {
        'any_positive': '(' ~ row ~ '.negatives_below + ' ~ row ~ '.negatives / 2 - ' ~ row ~ '.roc_auc * ' ~ row ~ '.n_negative) / ' ~ pairs,
        'any_negative': '(' ~ row ~ '.positives_above + ' ~ row ~ '.positives / 2 - ' ~ row ~ '.roc_auc * ' ~ row ~ '.n_positive) / ' ~ pairs
    }}) -%}
    {{ return(slopes) }}
{% endmacro %}


{#- The variance of an estimate by what the labels of a bin's predictions will be -> SQL: each a positive (`p_positive`), a negative (`p_negative`), or none. By the delta method.
    `places`: those that the metric has slopes for. -#}
{% macro label_variance(metric, places) -%}
    {%- set terms = [] -%}
    {%- for place in places -%}
        {%- set positive, negative = metric ~ '_' ~ place ~ '_positive', metric ~ '_' ~ place ~ '_negative' -%}
        {%- do terms.append(mlmon.n_waiting_in(place) ~ ' * (p_positive * ' ~ mlmon.square(positive) ~ ' + p_negative * ' ~ mlmon.square(negative)
            ~ ' - ' ~ mlmon.square('p_positive * ' ~ positive ~ ' + p_negative * ' ~ negative) ~ ')') -%}
    {%- endfor -%}
    {{ terms | join(' + ') }}
{%- endmacro %}


{#- By how much a metric changes with the rate of a bin, if all labels come -> SQL. -#}
{% macro slope_of_rate(metric, places) -%}
    {%- set terms = [] -%}
    {%- for place in places -%}{%- do terms.append(mlmon.n_waiting_in(place) ~ ' * (' ~ metric ~ '_' ~ place ~ '_positive - ' ~ metric ~ '_' ~ place ~ '_negative)') -%}{%- endfor -%}
    {{ terms | join(' + ') }}
{%- endmacro %}


{% macro n_waiting_in(place) %}{{ return('n_waiting' ~ ('' if place == 'any' else '_' ~ place)) }}{% endmacro %}
