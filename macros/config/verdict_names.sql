{#- The names a key of `verdicts.metrics` may have: a family, a metric with a default verdict, or a KPI of the monitor. -> list of texts -#}
{% macro verdict_names(kpi_names=[]) %}
    {%- set names = mlmon.metrics_by_family(judged=true).keys() | list -%}
    {%- for family, metrics in mlmon.metrics_by_family(judged=true).items() if family != 'kpi' -%}
        {%- for metric in metrics -%}{%- do names.extend([metric, family ~ '.' ~ metric]) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(names + kpi_names) }}
{% endmacro %}
