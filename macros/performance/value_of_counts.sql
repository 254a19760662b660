{#- What confusion counts, known or expected, are worth, for monitors with `value` -> SQL; NULL for others. `row`: of a relation with monitor, tp, fp, tn, fn. -#}
{% macro value_of_counts(row) -%}
    {%- set cases = [] -%}
    {%- for spec in mlmon.monitors() if spec.task == 'binary' and spec.value -%}
        {%- set worth = [] -%}
        {%- for outcome in mlmon.tasks().binary.valued -%}{%- do worth.append(row ~ '.' ~ outcome ~ ' * ' ~ mlmon.double_literal(spec.value.get(outcome, 0))) -%}{%- endfor -%}
        {%- do cases.append(' when ' ~ mlmon.text_literal(spec.name) ~ ' then ' ~ worth | join(' + ')) -%}
    {%- endfor -%}
    {{ 'case ' ~ row ~ '.monitor' ~ cases | join ~ ' end' if cases else mlmon.double_literal(none) }}
{%- endmacro %}
