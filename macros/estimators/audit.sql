{#- How many of the newest windows with complete labels say what is to be expected of a window whose labels are not. -#}
{% macro recent_windows() %}{{ return(30) }}{% endmacro %}


{#- The labels that a series needs for rates of its own. -#}
{% macro calibration_rows() %}{{ return(500) }}{% endmacro %}


{#- Over how many windows with complete labels an estimate is compared with what came. -#}
{% macro audited_windows() %}{{ return(14) }}{% endmacro %}


{#- From how many misses on a 95 % interval has missed too often in `n` windows -> SQL. By chance once in a hundred: the tail of Binomial(n, 0.05), n up to 14. -#}
{% macro misses_too_many(n) -%}
    case when {{ n }} >= 10 then 4 when {{ n }} >= 4 then 3 when {{ n }} >= 2 then 2 else 15 end
{%- endmacro %}


{#- What expected confusion counts are worth, for monitors with `value` -> SQL; NULL for others. `row`: of a relation with monitor, tp, fp, tn, fn. -#}
{% macro expected_value(row) -%}
    {%- set cases = [] -%}
    {%- for spec in mlmon.monitors() if spec.task == 'binary' and spec.value -%}
        {%- set worth = [] -%}
        {%- for outcome in mlmon.tasks().binary.valued -%}{%- do worth.append(row ~ '.' ~ outcome ~ ' * ' ~ mlmon.double_literal(spec.value.get(outcome, 0))) -%}{%- endfor -%}
        {%- do cases.append(' when ' ~ mlmon.text_literal(spec.name) ~ ' then ' ~ worth | join(' + ')) -%}
    {%- endfor -%}
    {{ 'case ' ~ row ~ '.monitor' ~ cases | join ~ ' end' if cases else mlmon.double_literal(none) }}
{%- endmacro %}
