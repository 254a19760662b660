{#- The names a `thresholds` key may have: a metric, a metric with its family before it (`fairness.precision`) where two
    families share the name, or the name of a KPI of the monitor. -> list of texts. `shortest`: each metric once, by the shorter name that is its own. -#}
{% macro threshold_names(kpi_names=[], shortest=false) %}
    {%- set names = [] -%}
    {%- for family, metrics in mlmon.metrics_by_family().items() -%}
        {%- for metric in metrics -%}
            {%- set is_its_own = metric not in names and family != 'kpi' -%}
            {%- if is_its_own -%}{%- do names.append(metric) -%}{%- endif -%}
            {%- if not (shortest and is_its_own) -%}{%- do names.append(family ~ '.' ~ metric) -%}{%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(names + kpi_names) }}
{% endmacro %}
