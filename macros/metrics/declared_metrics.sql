{#- Every metric that mlmon computes, declared once: {family: {table, subject, column_role, metrics: [declaration]}}, in the order of the family's table.

    Of a family: `table`, where it is a column; `subject` (none: the column), `column_role` and, where each row is compared with a
    baseline, `compared_to`, SQL over that table; `where`: which of its rows; `is_final`: whether one stands, where labels do not say it; `rank`, its place in what matters to the owner of a model; `topic`: families with the same have one cause;
    `waits_for_labels`: what it says of a window is final when the window's labels are. Of a metric:
    metric, unit, direction (higher_is_better, lower_is_better, none), meaning, formula, source: what people read.
    task: the task that it is of, in whose file it is declared (none: of every task); tasks: that one, and those that share it.
    verdict, warn, error, error_opens: how it is judged by default; none for a metric that only a threshold judges.
    of, by: numerator and denominator over the task's sums; or sql, where it is no ratio; neither where the family's model computes it. quantile: of the error, in mlmon_log_health.
    n: the rows it rests on, SQL over the family's table; by default `by`, else the family's.
    needs: keys of a monitor without which it is NULL, such as `predictions.latency_ms`, or `key: value` of a list; of all of a family, the family says it, and labels are told by `labels`. needs_of_task: what
    another task that has it needs besides.
    labels: what it needs of labels: `values` (it is measured over labelled predictions), `arrival` (it counts them), `none`.
    share: what chance says of it: `good` (a binomial share, 1 less it is what was missed), `jaccard` (1 less the Jaccard index is), none (a share of something bad, or no share).
    interval: `wilson`, `jaccard`, `auc`, `normal` (its standard error is a column `_error` of the task's query) or `bounded` (the same, within 0 and 1): it has columns `_low` and `_high`.
    standard_error: its standard error, SQL over the family's table, where no interval gives it.
    worst, best: it, if each prediction without a label turns out wrong, or right; SQL over the sums.
    splits: its rows add up, so that a change of it splits into what segments did.
    baseline: what it is compared with: `windows` (the reference's, weighted by n), `mean` (their plain mean), `reference` (the pinned reference itself), `none`.
    pools: the metric that this one is over the trailing windows together.
    roll_up: how months are made of windows: `mean` (weighted by n), `sum`, `none`.

    The seed mlmon_metric_catalog is made from this (`make docs`), and so is what else needs to know a metric by its name. -#}
{% macro declared_metrics() %}{{ return(mlmon.once('collected_metrics')) }}{% endmacro %}


{% macro collected_metrics() %}
    {%- set families = {
        'drift': mlmon.drift_metrics(), 'performance': mlmon.performance_metrics(), 'fairness': mlmon.fairness_metrics(),
        'estimate': mlmon.estimate_metrics(), 'operations': mlmon.operations_metrics(), 'kpi': mlmon.kpi_metrics(), 'correlation': mlmon.correlation_metrics(), 'value': mlmon.value_metrics()
    } -%}
    {%- for family, declared in families.items() -%}
        {%- set metrics = [] -%}
        {%- for metric in declared.metrics -%}
            {%- set defaults = {
                'family': family, 'task': none, 'tasks': [], 'table': declared.table, 'unit': none, 'direction': 'none', 'verdict': none, 'warn': none, 'error': none, 'error_opens': none,
                'of': none, 'by': none, 'sql': none, 'n': metric.get('by') or declared.get('n'), 'labels': declared.get('labels'), 'share': none, 'interval': none, 'standard_error': none, 'worst': none, 'best': none,
                'splits': false, 'baseline': 'none' if family == 'drift' else 'windows', 'pools': none, 'needs_of_task': {}, 'roll_up': 'none' if metric.pools else 'mean'
            } -%}
            {%- for key, value in metric.items() if value is not none -%}{%- do defaults.update({key: value}) -%}{%- endfor -%}
            {%- do defaults.update({'needs': (['labels'] if defaults.labels in ['values', 'arrival'] else []) + (declared.needs or []) + (metric.needs or [])}) -%}
            {%- do metrics.append(defaults) -%}
        {%- endfor -%}
        {%- do declared.update({'metrics': metrics}) -%}
    {%- endfor -%}
    {{ return(families) }}
{% endmacro %}


{#- The families, what matters most to the owner of a model first -> list of texts. `waits_for_labels`: only those. -#}
{% macro families_by_rank(waits_for_labels=false) %}
    {%- set ranked = [] -%}
    {%- for family, declared in mlmon.declared_metrics().items() if declared.waits_for_labels or not waits_for_labels -%}{%- do ranked.append([declared.rank, family]) -%}{%- endfor -%}
    {{ return(ranked | sort | map('last') | list) }}
{% endmacro %}


{#- The names of the metrics by family -> {family: [name]}. `judged`: those with a default verdict. -#}
{% macro metrics_by_family(judged=false) %}
    {%- set names = {} -%}
    {%- for family, declared in mlmon.declared_metrics().items() -%}
        {%- set metrics = declared.metrics | selectattr('verdict') if judged else declared.metrics -%}
        {%- do names.update({family: metrics | map(attribute='metric') | list}) -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}


{#- The names of the metrics whose declaration has `value` under `key`, of one family or of all -> list of texts -#}
{% macro metrics_with(key, value, family=none) %}
    {%- set names = [] -%}
    {%- for name, declared in mlmon.declared_metrics().items() if family in (none, name) -%}
        {%- do names.extend(declared.metrics | selectattr(key, 'equalto', value) | map(attribute='metric')) -%}
    {%- endfor -%}
    {{ return(names | unique | list) }}
{% endmacro %}


{#- The metrics that a verdict may look at: by default, or by a threshold of a monitor -> list of texts. -#}
{% macro judged_metrics() %}
    {%- set names = [] -%}
    {%- for metrics in mlmon.metrics_by_family(judged=true).values() -%}{%- do names.extend(metrics) -%}{%- endfor -%}
    {%- for spec in mlmon.monitors() if spec.thresholds -%}
        {%- do names.extend(mlmon.threshold_entries(spec.thresholds, spec.kpis) | map(attribute='metric')) -%}
    {%- endfor -%}
    {{ return(names | unique | list) }}
{% endmacro %}


{#- The metrics over the trailing windows together -> list of texts. -#}
{% macro pooled_metrics() %}
    {%- set names = [] -%}
    {%- for declared in mlmon.declared_metrics().values() -%}{%- do names.extend(declared.metrics | selectattr('pools') | map(attribute='metric')) -%}{%- endfor -%}
    {{ return(names) }}
{% endmacro %}


{#- The metrics that other tasks have and this one has not -> list of texts 'family.metric' -#}
{% macro metrics_of_other_tasks(task) %}
    {%- set own, names = [], [] -%}
    {%- for family, declared in mlmon.declared_metrics().items() -%}
        {%- for metric in declared.metrics -%}{%- do (own if metric.task is none or task in metric.tasks else names).append(family ~ '.' ~ metric.metric) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(names | reject('in', own) | unique | list) }}
{% endmacro %}
