{#- What the performance of a window is expected to be before its labels are there, of those tasks that declare it (`estimated_tasks`): each metric is that of the family performance,
    is compared with what was measured of it, and warns where that one does. It never is an error: it says what follows from the scores if they mean what they meant.
    Of the estimators, `calibrated` is judged: what it says of a window does not change with each label that comes, so that an incident stays what it was. -#}
{% macro estimate_metrics() %}
    {%- set estimated, metrics = mlmon.estimated_tasks(), [] -%}
    {%- for metric in mlmon.performance_metrics().metrics -%}
        {%- set tasks, needs = [], {} -%}
        {%- for task in metric.tasks or [] if metric.metric in estimated.get(task, {}).get('metrics', []) -%}
            {%- do tasks.append(task) -%}
            {%- do needs.update({task: [estimated[task].needs] if estimated[task].needs else []}) -%}
        {%- endfor -%}
        {%- if tasks -%}
            {%- set counts = metric.task == 'binary' -%}
            {%- do metrics.append({
                'metric': metric.metric, 'task': metric.task, 'tasks': tasks, 'needs_of_task': needs, 'unit': metric.unit, 'direction': metric.get('direction'), 'verdict': metric.get('verdict'),
                'warn': metric.get('warn'), 'standard_error': mlmon.half_width(metric.metric) if metric.get('verdict') else none,
                'meaning': 'Expected before labels are there: ' ~ metric.meaning[0] | lower ~ metric.meaning[1:],
                'formula': metric.formula ~ (' over expected counts' if counts else ' over expected errors'), 'source': 'Kivimäki et al. 2025' if counts else 'NannyML (DLE)'
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({'table': 'mlmon_estimates', 'rank': 4, 'topic': 'outcome', 'subject': "'model'", 'where': "measured.estimator = 'calibrated'", 'is_final': 'is_trusted',
        'n': 'n_predictions', 'labels': 'none', 'needs': ['labels'], 'metrics': metrics}) }}
{% endmacro %}


{#- A number is an estimate that is not to be trusted: it is shown, and not judged -> SQL condition. `row`: of mlmon_measured. -#}
{% macro is_not_trusted(row) %}{{ return('(' ~ row ~ ".family = 'estimate' and not " ~ row ~ '.is_final)') }}{% endmacro %}


{#- An estimate is compared with what was measured, so the baselines of the family performance are its own, too: a query of `baselines` and those. -#}
{% macro with_estimate_baselines(baselines, columns) -%}
    select {{ columns | join(', ') }}
    from {{ baselines }}
    {%- set estimated = mlmon.estimated_monitors() %}
    {%- if estimated %}
    union all
    select {% for name in columns %}{{ "'estimate' as family" if name == 'family' else name }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ baselines }}
    where family = 'performance' and subject = 'model' and metric in ({{ mlmon.text_literals(mlmon.of_estimated_tasks(mlmon.estimated_tasks(), 'metrics')) }})
        and monitor in ({{ mlmon.text_literals(estimated) }})
    {%- endif %}
{%- endmacro %}
