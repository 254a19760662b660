{#- The declared metrics that are expressions over the sums of a task, as columns. -#}
{% macro metric_values(metrics) %}
    {%- set columns = [] -%}
    {%- for metric in metrics if metric.of or metric.sql -%}
        {%- do columns.append((metric.sql or mlmon.ratio(metric.of, metric.by)) ~ ' as ' ~ mlmon.metric_column(metric.metric)) -%}
    {%- endfor -%}
    {{ return(columns | join(',\n        ')) }}
{% endmacro %}


{#- The 95 % intervals of the metrics that are shares, as columns; that of F1 is the Jaccard index's, which it is a function of. -#}
{% macro wilson_intervals(metrics) %}
    {%- set columns = [] -%}
    {%- for metric in metrics if metric.interval in ('wilson', 'jaccard') -%}
        {%- for suffix, sign in {'low': '-', 'high': '+'}.items() -%}
            {%- set bound = mlmon.wilson(metric.of, '(' ~ metric.by ~ ')', sign) if metric.interval == 'wilson'
                else '2 - 2 / (1 + ' ~ mlmon.wilson('tp', '(' ~ metric.n ~ ')', sign) ~ ')' -%}
            {%- do columns.append(bound ~ ' as ' ~ metric.metric ~ '_' ~ suffix) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(columns | join(',\n    ')) }}
{% endmacro %}


{#- What metrics are if each label that is not known makes the prediction wrong (`_worst`) or right (`_best`), as columns. -#}
{% macro bounds(metrics) %}
    {%- set columns = [] -%}
    {%- for metric in metrics if metric.worst -%}{%- do columns.extend([metric.worst ~ ' as ' ~ metric.metric ~ '_worst', metric.best ~ ' as ' ~ metric.metric ~ '_best']) -%}{%- endfor -%}
    {{ return(columns | join(',\n    ')) }}
{% endmacro %}


{#- The bounds that a task does not know, but for those of `known`, as columns. -#}
{% macro unknown_bounds(metrics, known) %}
    {%- set columns = [] -%}
    {%- for column in mlmon.bound_columns(metrics | rejectattr('metric', 'in', known) | list) -%}{%- do columns.append(mlmon.double_literal(none) ~ ' as ' ~ column[0]) -%}{%- endfor -%}
    {{ return(columns | join(', ')) }}
{% endmacro %}


{#- The 95 % intervals of the metrics whose standard error is a column `<metric>_error`; one that should be low is an error, and at least 0. `bounded`: within 0 and 1. -#}
{% macro normal_intervals(metrics) %}
    {%- set columns = [] -%}
    {%- for metric in metrics if metric.interval in ('normal', 'bounded') -%}
        {%- set is_bounded = metric.interval == 'bounded' -%}
        {%- do columns.append(mlmon.normal_band(metric.metric, metric.metric, metric.metric ~ '_error', 0 if is_bounded or metric.direction == 'lower_is_better' else none, 1 if is_bounded else none)) -%}
    {%- endfor -%}
    {{ return(columns | join(',\n    ')) }}
{% endmacro %}
