{#- What is measured of the groups of an attribute: rates, and for each its ratio to the reference group's and its difference from it.
    `as`: the performance metric that is the same over a group. `judged`: the ratio has a default verdict, and `reference_n` is what the reference group's rate rests on. -#}
{% macro fairness_metrics() %}
    {%- set metrics, twins = [], {} -%}
    {%- for metric in mlmon.performance_metrics().metrics -%}{%- do twins.update({(metric.task or '') ~ '.' ~ metric.metric: metric}) -%}{%- endfor -%}
    {%- for rate in mlmon.metrics_of_tasks('group_rates') -%}
        {%- set twin = twins.get(rate.task ~ '.' ~ rate.get('as'), rate) -%}
        {%- set of_group = rate.of_group[0] | upper ~ rate.of_group[1:] -%}
        {%- set shared = {'labels': rate.get('labels', 'values'), 'n': rate.get('n', 'n_labelled'), 'rate': rate.metric, 'task': rate.task, 'tasks': rate.tasks, 'source': 'fairlearn'} -%}
        {%- set ratio = {'metric': rate.metric ~ '_ratio', 'unit': 'ratio', 'direction': 'lower_is_better' if rate.get('direction') == 'lower_is_better' else 'higher_is_better',
            'reference_n': rate.get('reference_n'), 'source': 'fairlearn; four-fifths rule, 29 CFR 1607.4',
            'meaning': of_group ~ ' divided by that of the reference group', 'formula': rate.metric ~ ' / ' ~ rate.metric ~ ' of the reference group'} -%}
        {%- if rate.judged -%}{%- do ratio.update({'verdict': 'ratio_bound', 'warn': 0.8, 'error': 0.65}) -%}{%- endif -%}
        {%- do metrics.append(dict(shared, metric=rate.metric, unit=rate.get('unit', 'share'), direction=rate.get('direction'), of=twin.of, by=twin.by, formula=rate.formula,
            meaning=of_group)) -%}
        {%- do metrics.append(dict(shared, **ratio)) -%}
        {%- do metrics.append(dict(shared, metric=rate.metric ~ '_difference', unit=rate.get('unit', 'points'),
            meaning=of_group ~ ' minus that of the reference group', formula=rate.metric ~ ' - ' ~ rate.metric ~ ' of the reference group')) -%}
    {%- endfor -%}
    {{ return({'table': 'mlmon_fairness', 'rank': 3, 'waits_for_labels': true, 'subject': "attribute || '=' || group_value", 'n': 'n_labelled', 'needs': ['fairness.attributes'], 'labels': 'values', 'metrics': metrics}) }}
{% endmacro %}
