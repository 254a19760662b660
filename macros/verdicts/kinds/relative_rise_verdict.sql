{#- A positive number that rose, on a logarithmic scale: by a part of the baseline. -#}
{% macro relative_rise_verdict() %}
    {%- set log_rise = '(case when value > 0 then (ln(value) - mean_log) / ((' ~ mlmon.at_least('spread_log', '0.02') ~ ') * by_count) end)' -%}
    {{ return({
        'effect': '(value - baseline) / nullif(abs(baseline), 0)', 'z': mlmon.student_to_normal(log_rise, 'df'),
        'side': "'above'", 'bound': 'baseline + {size} * abs(baseline)'
    }) }}
{% endmacro %}
