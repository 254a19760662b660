{#- A share of something good, an area under a curve or an average over classes that fell: by a part of the baseline. -#}
{% macro relative_drop_verdict() %}
    {%- set z -%}
        case
            when standard_error is not null or metric in ({{ mlmon.text_literals(mlmon.metrics_with('interval', 'auc')) }}) then (baseline - value) / nullif(standard_error * sqrt(inflation), 0)
            else {{ mlmon.grown_share_z() }}
        end
    {%- endset -%}
    {{ return({
        'effect': '(baseline - value) / nullif(abs(baseline), 0)', 'z': z,
        'side': "'below'", 'bound': 'baseline - {size} * abs(baseline)', 'dispersion': 'dispersion'
    }) }}
{% endmacro %}
