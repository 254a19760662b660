{#- What is measured of predictions and their labels, from the sums of mlmon_outcomes: of every task, and what each task declares. -#}
{% macro performance_metrics() %}
    {{ return({'table': 'mlmon_performance', 'rank': 0, 'topic': 'outcome', 'waits_for_labels': true, 'subject': "'model'", 'n': 'n_labelled', 'labels': 'values', 'metrics': [
        {'metric': 'n_labelled', 'unit': 'predictions', 'direction': 'higher_is_better',
         'labels': 'arrival', 'n': 'n_predictions', 'roll_up': 'sum',
         'meaning': 'Predictions with a known label',
         'formula': 'count', 'source': 'mlmon'},
        {'metric': 'label_coverage', 'unit': 'share', 'direction': 'higher_is_better', 'verdict': 'share_drop', 'warn': 0.05, 'error': 0.2, 'error_opens': 1,
         'of': 'n_labelled', 'by': 'n_predictions', 'labels': 'arrival', 'share': 'good', 'splits': true,
         'meaning': 'Share of the predictions with a known label',
         'formula': 'n_labelled / n_predictions', 'source': 'mlmon'}
    ] + mlmon.metrics_of_tasks('metrics')}) }}
{% endmacro %}


{#- What every task declares under `key`, each with its task, and all tasks that have it. -#}
{% macro metrics_of_tasks(key) %}
    {%- set found, tasks = [], mlmon.tasks() -%}
    {%- for name, task in tasks.items() -%}
        {%- for metric in task[key] -%}
            {%- set having, needs = [name], {} -%}
            {%- for other, declared in tasks.items() if metric.metric in (declared.shares or {}).get(key, []) -%}
                {%- do having.append(other) -%}
                {%- do needs.update({other: declared.shares.needs.get(metric.metric, [])}) -%}
            {%- endfor -%}
            {%- do found.append(dict(metric, task=name, tasks=having, needs_of_task=needs)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
