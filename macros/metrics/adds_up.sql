{#- Whether what a metric is of the whole is the mean of what it is of the parts, by their weights -> SQL condition. `row`: of mlmon_measured. -#}
{% macro adds_up(row, task) -%}
    {%- set metrics_of, tasks = {}, mlmon.tasks() -%}
    {%- for metric in mlmon.declared_metrics().performance.metrics if metric.splits -%}
        {%- for name in tasks if metric.task in (none, name) or metric.metric in (tasks[name].shares or {}).get('splits', []) -%}
            {%- do metrics_of.setdefault(name, []).append(metric.metric) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set parts = [row ~ ".family = 'kpi'"] -%}
    {%- for name, metrics in metrics_of.items() -%}
        {%- do parts.append(row ~ ".family = 'performance' and " ~ row ~ ".subject = 'model' and " ~ task ~ " = '" ~ name ~ "' and " ~ row ~ '.metric in (' ~ mlmon.text_literals(metrics) ~ ')') -%}
    {%- endfor -%}
    ({{ parts | join(' or ') }})
{%- endmacro %}
