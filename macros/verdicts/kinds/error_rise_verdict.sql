{#- A mean of something bad that rose: by a part of the baseline, beyond its own standard error. After a baseline without any error, each is beyond all measure;
    errors that are all alike have a standard error of rounding. -#}
{% macro error_rise_verdict() %}
    {%- set error = '(' ~ mlmon.at_least('(standard_error * sqrt(inflation))', '(1e-9 * (value + baseline))') ~ ')' -%}
    {{ return({
        'effect': 'case when baseline > 0 then (value - baseline) / baseline when baseline = 0 then case when value > 0 then 1e9 else 0.0 end end',
        'z': 'case when standard_error is not null then case when value = baseline then 0.0 else (value - baseline) / ' ~ error ~ ' end end',
        'side': "'above'", 'bound': 'baseline + {size} * baseline', 'dispersion': 'dispersion'
    }) }}
{% endmacro %}
