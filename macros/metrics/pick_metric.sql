{#- The column of a wide table that `metrics.metric` names, as a double. Kept short, as is all that a view repeats for each metric: Spark's own metastore
    holds views of up to 32,700 characters. -#}
{% macro pick_metric(metrics, alias) -%}
    cast(case metrics.metric
        {%- for metric in metrics %}
        when '{{ metric }}' then {{ alias }}.{{ mlmon.metric_column(metric) }}
        {%- endfor %}
    end as {{ mlmon.sql_type('double') }})
{%- endmacro %}


{#- Names of metrics as a table of one column, `metric`. -#}
{% macro metric_rows(metrics) -%}
    ({{ mlmon.literal_column('metric', 'text', metrics) }})
{%- endmacro %}


{#- The column of a metric, quoted where its name is a reserved word. -#}
{% macro metric_column(metric) %}{{ return(mlmon.reserved_name(metric) if metric == 'precision' else metric) }}{% endmacro %}
