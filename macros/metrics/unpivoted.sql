{#- The metrics of a family's table, one a row, as a query: the window's key, family, subject, column_role, metric, compared_to, value, n, is_final, is_realised, standard_error.
    `classes`: those of each class of a multiclass model, in place of the family's table. `by_baseline` false: once, whatever a row is compared with. `is_final` is false while labels that the metric needs may still come; `is_realised` is true of what is measured over labelled predictions alone. -#}
{% macro unpivoted(family, classes=false, by_baseline=true) %}
    {%- set declared = mlmon.declared_metrics()[family] -%}
    {%- if classes -%}{%- set declared = dict(declared, table='mlmon_classes', subject="'class=' || measured.class", metrics=mlmon.class_metrics()) -%}{%- endif -%}
    {%- set metrics = declared.metrics if classes else declared.metrics | selectattr('table', 'equalto', declared.table) | list -%}
    {%- set n, is_final, is_realised = {}, {}, {} -%}
    {%- for metric in metrics -%}
        {%- do n.update({metric.metric: metric.n}) -%}
        {%- do is_final.update({metric.metric: declared.is_final or 'true' if metric.labels == 'none' else 'coalesce(is_mature, false)'}) -%}
        {%- do is_realised.update({metric.metric: 'true' if metric.labels == 'values' else 'false'}) -%}
    {%- endfor -%}
    select
        {% for name in mlmon.window_columns() %}measured.{{ name }}, {% endfor %}
        '{{ family }}' as family, {{ declared.subject or mlmon.column_subject('measured') }} as subject, {{ declared.column_role or "''" }} as column_role, metrics.metric,
        {% if by_baseline %}{{ declared.compared_to or mlmon.compared_to() }} as compared_to,{% endif %}
        {{ mlmon.pick_metric(metrics | map(attribute='metric') | list, 'measured') }} as value,
        {{ mlmon.by_metric(n) }} as n,
        {{ mlmon.by_metric(is_final) }} as is_final,
        {{ mlmon.by_metric(is_realised) }} as is_realised,
        {{ mlmon.double_literal(none) if classes else mlmon.standard_errors(metrics) }} as standard_error
    from {{ ref(declared.table) }} as measured
    {%- if by_baseline and not declared.compared_to %}
    {{ mlmon.join_baselines('measured') }}
    {%- endif %}
    cross join {{ mlmon.metric_rows(metrics | map(attribute='metric') | list) }} as metrics
    {%- if declared.where %}
    where {{ declared.where }}
    {%- endif %}
{% endmacro %}


{#- What an expression is for each metric -> SQL. `expressions`: {metric: SQL}. What most metrics have comes last and names none. -#}
{% macro by_metric(expressions) -%}
    {%- set metrics_of = {} -%}
    {%- for metric, expression in expressions.items() -%}{%- do metrics_of.update({expression: metrics_of.get(expression, []) + [metric]}) -%}{%- endfor -%}
    {%- if metrics_of | length == 1 -%}
    {{ metrics_of.keys() | first }}
    {%- else -%}
    {%- set most = metrics_of.values() | map('length') | max -%}
    {%- set usual = [] -%}
    {%- for expression, metrics in metrics_of.items() if metrics | length == most -%}{%- do usual.append(expression) -%}{%- endfor -%}
    case
        {%- for expression, metrics in metrics_of.items() if expression != usual[0] %}
        when metrics.metric in ({{ mlmon.text_literals(metrics) }}) then {{ expression }}
        {%- endfor %}
        else {{ usual[0] }}
    end
    {%- endif -%}
{%- endmacro %}


{#- The standard error that an interval tells, of a metric with bounds that may cut it on one side -> SQL. Its ends are NULL together. -#}
{% macro half_width(metric) %}
    {%- set column = mlmon.metric_column(metric) -%}
    {{ return('greatest(' ~ metric ~ '_high - ' ~ column ~ ', ' ~ column ~ ' - ' ~ metric ~ '_low) / 1.959963984540054') }}
{% endmacro %}


{#- The standard error of the metrics that no count of rows gives it of; of a ratio of two rates, that of its logarithm. -#}
{% macro standard_errors(metrics) -%}
    {%- set found = [] -%}
    {%- for metric in metrics if metric.interval == 'auc' -%}
        {%- do found.append("when metrics.metric = '" ~ metric.metric ~ "' and " ~ metric.metric ~ '_low > 0 then (' ~ metric.metric ~ ' - ' ~ metric.metric ~ '_low) / 1.959963984540054') -%}
    {%- endfor -%}
    {%- for name in metrics | selectattr('interval', 'equalto', 'normal') | map(attribute='metric') -%}
        {%- do found.append("when metrics.metric = '" ~ name ~ "' then (" ~ name ~ '_high - ' ~ name ~ ') / 1.959963984540054') -%}
    {%- endfor -%}
    {%- for metric in metrics | selectattr('standard_error') -%}{%- do found.append("when metrics.metric = '" ~ metric.metric ~ "' then " ~ metric.standard_error) -%}{%- endfor -%}
    {%- set bounded = {} -%}
    {%- for name in metrics | selectattr('interval', 'equalto', 'bounded') | map(attribute='metric') -%}{%- do bounded.update({name: ''}) -%}{%- endfor -%}
    {%- for name in mlmon.macro_metrics() if metrics | selectattr('metric', 'equalto', name) | selectattr('interval') | list -%}
        {%- do bounded.update({name: ' and precision_micro is not null'}) -%}
    {%- endfor -%}
    {%- for name, condition in bounded.items() -%}
        {%- do found.append("when metrics.metric = '" ~ name ~ "'" ~ condition ~ ' then ' ~ mlmon.half_width(name)) -%}
    {%- endfor -%}
    {%- for metric in metrics if metric.reference_n -%}
        {%- set of_reference = metric.rate ~ ' - ' ~ metric.rate ~ '_difference' -%}
        {%- do found.append("when metrics.metric = '" ~ metric.metric ~ "' and group_value <> reference_group then "
            ~ mlmon.log_ratio_error(metric.rate, metric.n, of_reference, metric.reference_n)) -%}
    {%- endfor -%}
    {%- if found -%}case {{ found | join(' ') }} end{%- else -%}{{ mlmon.double_literal(none) }}{%- endif -%}
{%- endmacro %}
