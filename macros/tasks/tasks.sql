{#- What models predict: {task: declaration}, a file each beside this one. A task `name` is its four macros:

    `name_task()`: what it declares, whatever the log. `score`: the range of scores that are valid, none for any finite number, and in words what is not; `unnamed`: the
    roles that it watches of what a model gives, with the name of a column that a log lacks; `label_kind`: the type of its labels, where not any will do;
    `recounted`: sums that an earlier version did not have, and what a monitor has that needs them: its log is read once more; `valued`: the counts of what `value` gives a worth; `keys`: keys of its own in a block of the configuration; `metrics`: its family performance, declared as in `declared_metrics`, `headline`, the one that mlmon_health shows, and `shown_sums`, the sums
    that stand beside them; `group_rates`, `group_counts`: what of it is compared between groups; `shares`: the metrics and rates declared by another task that it has too, with SQL of its own, and those of them whose rows add up here, too (`splits`),
    or that need more of the log here (`needs`).
    `name_rows(spec)`: SQL over `p`, a prediction, and `l`, its label. `values`: what is summed; `outcome`: what has few values, by which rows are counted before anything
    is added up; `regrouped`, where it is not predictions that are counted: `by`, the macro that makes CTEs of them up to `counted_rows`, the columns that sums are `kept` by, and the `outcome` of these rows, and what that macro asks for; `invalid`: which scores do not count, where that is another question than one score; `columns`: the watched ones, as in `profiled_columns`; `label`, and `label_is_positive` where labels are yes or no; `label_kinds`: for the doctor, kinds that may come late; `near`: whether a prediction is close to another decision; `findings` for the doctor, and `examined`, a macro that makes more.
    `name_sums(spec)`: what of a row is added up, in the order of mlmon_outcomes (`outcome_rows` explains the kinds).
    `name_metrics(source, keys, metrics, by_score)`: CTEs and a select, the metrics over any relation of `keys`, bin and these sums. -#}
{% macro tasks() %}{{ return(mlmon.once('collected_tasks')) }}{% endmacro %}


{% macro collected_tasks() %}
    {{ return({'binary': mlmon.binary_task(), 'regression': mlmon.regression_task(), 'multiclass': mlmon.multiclass_task(), 'ranking': mlmon.ranking_task()}) }}
{% endmacro %}


{#- What the task of a monitor says of its rows. -#}
{% macro task_rows(spec) %}{{ return(mlmon[spec.task ~ '_rows'](spec)) }}{% endmacro %}


{#- What each task adds up of a row, in order: [{name, type, …}]. Of a task, bound to a spec where one is given; or of all tasks, each name once. -#}
{% macro task_sums(task=none, spec={}) %}
    {%- if task is not none -%}{{ return(mlmon[task ~ '_sums'](spec)) }}{%- endif -%}
    {%- set sums, names = [], [] -%}
    {%- for name in mlmon.tasks() -%}
        {%- for each in mlmon.task_sums(name) if each.name not in names -%}
            {%- do names.append(each.name) -%}
            {%- do sums.append(each) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(sums) }}
{% endmacro %}


{#- The keys that tasks add to a block of the configuration -> {key: rule}. -#}
{% macro task_keys(block) %}
    {%- set keys = {} -%}
    {%- for task in mlmon.tasks().values() -%}{%- do keys.update(task['keys'].get(block, {})) -%}{%- endfor -%}
    {{ return(keys) }}
{% endmacro %}


{#- What each task says of something, in one text for people: that of the only task, or each after the task's name. -#}
{% macro by_task_in_words(texts) %}
    {%- if texts | length == 1 -%}{{ return(texts.values() | first) }}{%- endif -%}
    {%- set parts = [] -%}
    {%- for name, text in texts.items() -%}{%- do parts.append(name ~ ': ' ~ text) -%}{%- endfor -%}
    {{ return(parts | join('; ')) }}
{% endmacro %}


{#- The metrics of a family (performance, fairness) for each task, as a query over `source`: a relation with `keys`, task, bin, class, label and the sums of mlmon_outcomes. It gives
    the keys, all sums, the metrics, and their intervals; NULL where the task of a row has no such column. `by_score` false leaves out what needs the order of the scores. -#}
{% macro measured(source, keys, family, by_score=true) %}
    {%- set declared = mlmon.declared_metrics()[family].metrics -%}
    {%- set columns = mlmon.measured_columns(mlmon.task_sums(), declared, by_score) -%}
    {%- for task in mlmon.tasks() %}
    {%- set metrics = mlmon.metrics_of_task(declared, task) -%}
    {%- set own = mlmon.measured_columns(mlmon.task_sums(task), metrics, by_score) %}
    select
        {{ keys | join(', ') }},
        {% for name in columns %}{{ name if name in own else mlmon.double_literal(none) ~ ' as ' ~ name }}{{ ", " if not loop.last }}{% endfor %}
    from (
        with {{ task }}_rows as (
            select * from {{ source }} where task = '{{ task }}'
        ),
        {{ mlmon[task ~ '_metrics'](task ~ '_rows', keys, metrics, by_score) }}
    ) as measured_{{ task }}
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- Those of some declared metrics that a task has: its own, those that it shares with another, and those of every task. -#}
{% macro metrics_of_task(metrics, task) %}
    {%- set found = [] -%}
    {%- for metric in metrics if metric.task is none or task in metric.tasks -%}{%- do found.append(metric) -%}{%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{#- What tasks that decide between classes say of the decision: one key of all of them. -#}
{% macro decision_key() %}
    {{ return({'type': 'column', 'log': 'predictions', 'in_reference': true, 'required_by': ['multiclass'],
        'meaning': 'the decision that was made; for `task: multiclass` the predicted class, and required. A binary model without it: score >= threshold'}) }}
{% endmacro %}


{#- The names of what `measured` gives besides the keys. A metric that is no expression over sums is computed where it is needed. -#}
{% macro measured_columns(sums, metrics, by_score) %}
    {%- set names = sums | map(attribute='name') | list -%}
    {%- for metric in metrics if metric.of or metric.sql -%}{%- do names.append(mlmon.metric_column(metric.metric)) -%}{%- endfor -%}
    {%- for column in mlmon.interval_columns(metrics) + mlmon.bound_columns(metrics) if by_score -%}{%- do names.append(column[0]) -%}{%- endfor -%}
    {{ return(names) }}
{% endmacro %}


{#- The sums of a task over the bins of each of `keys`, as doubles: a query. -#}
{% macro summed(task, source, keys) -%}
    select
        {{ keys | join(', ') }},
        {% for each in mlmon.task_sums(task) %}cast(sum({{ each.name }}) as {{ mlmon.sql_type('double') }}) as {{ each.name }}{{ ", " if not loop.last }}{% endfor %}
    from {{ source }}
    group by {{ keys | join(', ') }}
{%- endmacro %}


{#- SQL by the task of a row, from {task: SQL}: that of the only task, or a CASE over `task`. -#}
{% macro by_task(expressions, task) -%}
    {%- if expressions | length == 1 -%}
    {{ expressions.values() | first }}
    {%- else -%}
    case {{ task }}{% for name, expression in expressions.items() %} when '{{ name }}' then {{ expression }}{% endfor %} end
    {%- endif -%}
{%- endmacro %}


{#- How many rows of a window `value` gives a worth to -> SQL. `row`: a relation with the sums of mlmon_outcomes; `task`: SQL. -#}
{% macro n_valued(row, task) -%}
    {%- set counts = {} -%}
    {%- for name, declared in mlmon.tasks().items() -%}{%- do counts.update({name: row ~ '.' ~ declared.valued | join(' + ' ~ row ~ '.')}) -%}{%- endfor -%}
    {{ mlmon.by_task(counts, task) }}
{%- endmacro %}


{#- The sums that mlmon_performance shows beside the metrics -> list of names. -#}
{% macro shown_sums() %}
    {%- set names = [] -%}
    {%- for task in mlmon.tasks().values() -%}{%- do names.extend(task.shown_sums) -%}{%- endfor -%}
    {{ return(names | unique | list) }}
{% endmacro %}


{#- The counts that the rates of a group rest on -> {column of mlmon_fairness: SQL over the sums}. -#}
{% macro group_counts() %}
    {%- set counts = {} -%}
    {%- for task in mlmon.tasks().values() -%}{%- do counts.update(task.group_counts) -%}{%- endfor -%}
    {{ return(counts) }}
{% endmacro %}


{#- Those of them that the table has of the reference group too -> {column: count of a group}. -#}
{% macro reference_counts() %}
    {%- set counts = {} -%}
    {%- for rate in mlmon.metrics_of_tasks('group_rates') if rate.reference_n -%}{%- do counts.update({rate.reference_n: rate.n}) -%}{%- endfor -%}
    {{ return(counts) }}
{% endmacro %}
