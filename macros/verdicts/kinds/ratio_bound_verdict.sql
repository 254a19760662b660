{#- A ratio of two groups' rates that is below a bound, whatever it was in the reference. Its effect is its distance below the bound that warns, and it
    is back where it lies a twentieth inside. Half a case stands where a group has none: the logarithm of 0 is no number. -#}
{% macro ratio_bound_verdict() %}
    {{ return({
        'effect': 'warn_size - value', 'z': 'ln(warn_size / (' ~ mlmon.at_least('value', mlmon.ratio('0.5', 'n')) ~ ')) / nullif(standard_error, 0)',
        'side': "'below'", 'bound': '{size}', 'required': 'warn_size - {size}', 'clean': '-0.05 * warn_size', 'against': 'bound'
    }) }}
{% endmacro %}
