{#- How binary monitors decide and what their outcomes are worth, as a query: (monitor, threshold, value_tp, value_fp, value_fn, value_tn). `threshold` is NULL where decisions are
    logged, values where none is configured; an outcome of which `value` says nothing is worth 0. -#}
{% macro configured_decisions() -%}
    {%- set outcomes = ['tp', 'fp', 'fn', 'tn'] -%}
    {%- set columns, rows = {'monitor': 'text', 'threshold': 'double'}, [] -%}
    {%- for outcome in outcomes -%}{%- do columns.update({'value_' ~ outcome: 'double'}) -%}{%- endfor -%}
    {%- for spec in mlmon.monitors() if spec.task == 'binary' -%}
        {%- set row = {'monitor': spec.name, 'threshold': spec.predictions.threshold if not spec.predictions.prediction else none} -%}
        {%- for outcome in outcomes if spec.value -%}{%- do row.update({'value_' ~ outcome: spec.value.get(outcome, 0)}) -%}{%- endfor -%}
        {%- do rows.append(row) -%}
    {%- endfor -%}
    {{ mlmon.literal_rows(columns, rows) }}
{%- endmacro %}
