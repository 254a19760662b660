{#- What a key of `thresholds` or `verdicts.metrics` names -> {family, metric, subject}. `families`: the metrics that it may name, by family; of families that
    share a name the first in order of what a model is for. A KPI's own name is that KPI, `subject`, whatever else has it; else `subject` is none: every subject. -#}
{% macro metric_place(name, families, kpis) %}
    {%- if name in kpis | map(attribute='name') -%}{{ return({'family': 'kpi', 'metric': 'value', 'subject': name}) }}{%- endif -%}
    {%- set parts = name.split('.') -%}
    {%- if parts | length == 2 and parts[1] in families.get(parts[0], []) -%}
        {{ return({'family': parts[0], 'metric': parts[1], 'subject': none}) }}
    {%- endif -%}
    {%- for family in mlmon.families_by_rank() if family != 'kpi' and name in families[family] -%}
        {{ return({'family': family, 'metric': name, 'subject': none}) }}
    {%- endfor -%}
    {{ return({'family': 'kpi', 'metric': 'value', 'subject': name}) }}
{% endmacro %}
