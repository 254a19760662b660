{#- A KPI that went to its bad side: by a part of the baseline. -#}
{% macro kpi_verdict() %}
    {%- set better = '(case when higher_is_better = 0 then -1 else 1 end)' -%}
    {{ return({
        'effect': better ~ ' * (baseline - value) / nullif(abs(baseline), 0)',
        'z': mlmon.student_to_normal('(' ~ better ~ ' * (mean_value - value) / nullif(spread * by_count, 0))', 'df'),
        'side': "case when higher_is_better = 0 then 'above' else 'below' end", 'bound': 'baseline - ' ~ better ~ ' * {size} * abs(baseline)'
    }) }}
{% endmacro %}
