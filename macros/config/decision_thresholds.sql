{#- The threshold that decides, of binary monitors whose decisions are not logged, as a query: (monitor, threshold). -#}
{% macro decision_thresholds() -%}
    {%- set rows = [] -%}
    {%- for spec in mlmon.monitors() if spec.task == 'binary' and not spec.predictions.prediction -%}
        {%- do rows.append({'monitor': spec.name, 'threshold': spec.predictions.threshold}) -%}
    {%- endfor -%}
    {{ mlmon.literal_rows({'monitor': 'text', 'threshold': 'double'}, rows) }}
{%- endmacro %}
