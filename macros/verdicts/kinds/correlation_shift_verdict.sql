{#- A correlation that went to either side: by its difference, and how surely on Fisher's scale. -#}
{% macro correlation_shift_verdict() %}
    {{ return({
        'effect': 'abs(value - baseline)',
        'z': 'abs(' ~ mlmon.fisher_z('value') ~ ' - ' ~ mlmon.fisher_z('baseline') ~ ') * sqrt(case when n > 3 then n - 3 end / nullif(inflation, 0))',
        'p_value': mlmon.two_tails('z'),
        'side': "case when value < baseline then 'below' else 'above' end", 'dispersion': 'dispersion',
        'bound': 'baseline + case when value < baseline then -1 else 1 end * {size}'
    }) }}
{% endmacro %}
