{#- Whose performance is estimated before labels are there -> {task: what it declares}, a file each beside this one. `metrics`: what is estimated; `audited`: what of it is compared with
    what came; `sums`: what of mlmon_outcomes it is made of, besides counts of predictions and labels; `rows`: which
    counts of rows it reads; `needs`: a key without which there is none. A task `name` has the macro `name_estimates()`: CTEs from `scored_bins`
    to `name_bands`, a row by window and estimator with n_scored_predictions, n_unlike (those in score bins of which too few labels are known), the metrics, their
    `_low` and `_high`, and business_value. -#}
{% macro estimated_tasks() %}
    {{ return({
        'binary': {
            'metrics': ['precision', 'recall', 'specificity', 'f1', 'accuracy', 'roc_auc'],
            'audited': ['precision', 'recall', 'accuracy', 'roc_auc'],
            'sums': ['n_positive', 'n_selected', 'n_rejected', 'tp', 'fp', 'tn', 'fn', 'score_total'],
            'rows': ['n_predictions']
        },
        'multiclass': {
            'metrics': ['precision', 'recall', 'specificity', 'f1', 'accuracy', 'roc_auc'],
            'audited': ['precision', 'recall', 'accuracy', 'roc_auc'],
            'sums': ['n_ranked', 'class_predictions', 'class_labelled', 'class_selected', 'class_rejected', 'class_tp', 'class_fp', 'class_tn', 'class_fn'],
            'rows': ['n_predictions', 'class_predictions'],
            'needs': 'predictions.class_scores'
        },
        'regression': {
            'metrics': ['mae', 'rmse'],
            'audited': ['mae', 'rmse'],
            'sums': ['abs_error_total', 'squared_error_total', 'quartic_error_total', 'value_total'],
            'rows': ['n_predictions']
        }
    }) }}
{% endmacro %}


{#- Whether the performance of a monitor is estimated. -#}
{% macro is_estimated(spec) %}
    {%- set declared = mlmon.estimated_tasks().get(spec.task) -%}
    {{ return(spec.labels and declared and (not declared.needs or mlmon.at_path(spec, declared.needs))) }}
{% endmacro %}


{#- The monitors whose performance is estimated -> list of names. -#}
{% macro estimated_monitors() %}
    {%- set names = [] -%}
    {%- for spec in mlmon.monitors() if mlmon.is_estimated(spec) -%}{%- do names.append(spec.name) -%}{%- endfor -%}
    {{ return(names) }}
{% endmacro %}


{#- Those of them that a monitor has, so that the others cost nothing; the first where none has, for a table has its columns. -#}
{% macro tasks_to_estimate() %}
    {%- set known, found = mlmon.estimated_tasks(), {} -%}
    {%- set used = [] -%}
    {%- for spec in mlmon.monitors() if mlmon.is_estimated(spec) -%}{%- do used.append(spec.task) -%}{%- endfor -%}
    {%- for name in known if name in used -%}{%- do found.update({name: known[name]}) -%}{%- endfor -%}
    {{ return(found or {'binary': known.binary}) }}
{% endmacro %}


{#- What each of some tasks declares under a name, as one list, each item once. -#}
{% macro of_estimated_tasks(tasks, name) %}
    {%- set items = [] -%}
    {%- for task in tasks.values() -%}{%- do items.extend(task[name]) -%}{%- endfor -%}
    {{ return(items | unique | list) }}
{% endmacro %}


{#- The `bands` of each of some tasks in one query, with all `metrics`: NULL where a task has no such metric. -#}
{% macro estimate_bands(tasks, metrics) -%}
    {%- for task, of in tasks.items() %}
    select
        {{ mlmon.window_columns() | join(', ') }}, estimator, n_scored_predictions, n_unlike, business_value
        {%- for metric in metrics %}
        {%- for column in [mlmon.metric_column(metric), metric ~ '_low', metric ~ '_high'] %},
        {{ column if metric in of.metrics else mlmon.double_literal(none) ~ ' as ' ~ column }}
        {%- endfor %}
        {%- endfor %}
    from {{ task }}_bands
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
