{#- A mean error that went away from 0, to either side: in standard deviations of an error, from the baseline, or from 0 where that lies between. Errors that are all
    alike have a standard error of rounding. -#}
{% macro bias_shift_verdict() %}
    {%- set from_where = '(case when value < 0 then ' ~ mlmon.at_most('baseline', 0) ~ ' else ' ~ mlmon.at_least('baseline', 0) ~ ' end)' -%}
    {%- set away = '(case when value < 0 then -1 else 1 end * (value - ' ~ from_where ~ '))' -%}
    {%- set error = 'nullif((' ~ mlmon.at_least('standard_error', '(1e-9 * abs(value))') ~ ')' -%}
    {{ return({
        'effect': away ~ ' / ' ~ error ~ ' * sqrt(n), 0)',
        'z': away ~ ' / ' ~ error ~ ' * sqrt(inflation), 0)', 'p_value': mlmon.two_tails('z'),
        'side': "case when value < 0 then 'below' else 'above' end", 'dispersion': 'dispersion',
        'bound': from_where ~ ' + {size} * (value - ' ~ from_where ~ ') / nullif(effect, 0)'
    }) }}
{% endmacro %}
