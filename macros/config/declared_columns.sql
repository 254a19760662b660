{#- The columns of what tasks add up of a row, and of counts with these names. -#}
{% macro sum_columns() %}
    {%- set columns = [] -%}
    {%- for each in mlmon.task_sums() -%}{%- do columns.append([each.name, each.type]) -%}{%- endfor -%}
    {{ return(columns) }}
{% endmacro %}


{% macro count_columns(names) %}
    {%- set columns = [] -%}
    {%- for name in names -%}{%- do columns.append([name, 'bigint']) -%}{%- endfor -%}
    {{ return(columns) }}
{% endmacro %}


{#- The columns of declared metrics, and those of their intervals. -#}
{% macro metric_columns(metrics) %}
    {%- set columns = [] -%}
    {%- for metric in metrics -%}{%- do columns.append([metric.metric, 'double']) -%}{%- endfor -%}
    {{ return(columns) }}
{% endmacro %}


{% macro bound_columns(metrics) %}
    {%- set columns = [] -%}
    {%- for metric in metrics if metric.worst -%}{%- do columns.extend([[metric.metric ~ '_worst', 'double'], [metric.metric ~ '_best', 'double']]) -%}{%- endfor -%}
    {{ return(columns) }}
{% endmacro %}


{% macro interval_columns(metrics) %}
    {%- set columns = [] -%}
    {%- for metric in metrics if metric.interval -%}{%- do columns.extend([[metric.metric ~ '_low', 'double'], [metric.metric ~ '_high', 'double']]) -%}{%- endfor -%}
    {{ return(columns) }}
{% endmacro %}
