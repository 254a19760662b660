{#- The column of a wide table that `metrics.metric` names, as a double. -#}
{% macro pick_metric(metrics, alias) -%}
    case metrics.metric
        {%- for metric in metrics %}
        when '{{ metric }}' then cast({{ alias }}.{{ mlmon.metric_column(metric) }} as {{ mlmon.sql_type('double') }})
        {%- endfor %}
    end
{%- endmacro %}


{#- Names of metrics as a table of one column, `metric`. -#}
{% macro metric_rows(metrics) -%}
    ({% for metric in metrics %}select '{{ metric }}' as metric{{ " union all " if not loop.last }}{% endfor %})
{%- endmacro %}


{#- The column of a metric, quoted where its name is a reserved word. -#}
{% macro metric_column(metric) %}{{ return(mlmon.reserved_name(metric) if metric == 'precision' else metric) }}{% endmacro %}
