{#- The names a `thresholds` key may have: a metric, a metric with its family before it (`fairness.precision`) where two
    families share the name, or the name of a KPI of the monitor. -> list of texts -#}
{% macro threshold_names(kpi_names=[]) %}
    {%- set names = [] -%}
    {%- for family, metrics in mlmon.metrics_by_family().items() -%}
        {%- for metric in metrics -%}
            {%- if metric not in names and family != 'kpi' -%}{%- do names.append(metric) -%}{%- endif -%}
            {%- do names.append(family ~ '.' ~ metric) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(names + kpi_names) }}
{% endmacro %}
