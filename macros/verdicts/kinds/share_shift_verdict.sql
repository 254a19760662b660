{#- A share that is neither good nor bad and went to either side: by its odds. -#}
{% macro share_shift_verdict() %}
    {%- set rest = '(' ~ mlmon.at_least('1 - usual_share', mlmon.ratio('1', '(baseline_n + 1)')) ~ ')' -%}
    {%- set z -%}
        case when value >= baseline then {{ mlmon.grown_share_z() }} else {{ mlmon.binomial_to_normal('((1 - value) * n / inflation)', '(n / inflation)', rest) }} end
    {%- endset -%}
    {{ return({
        'effect': mlmon.odds_shift('value', 'n', 'baseline', 'baseline_n'), 'z': z, 'p_value': mlmon.two_tails('z'),
        'side': "case when value < baseline then 'below' else 'above' end", 'bound': mlmon.shifted_share('baseline', 'value', '{size}'), 'dispersion': 'dispersion'
    }) }}
{% endmacro %}
