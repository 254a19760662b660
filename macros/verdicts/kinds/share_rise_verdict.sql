{#- A share of something bad that rose: by points. -#}
{% macro share_rise_verdict() %}
    {{ return({'effect': 'value - baseline', 'z': mlmon.grown_share_z(), 'side': "'above'", 'bound': 'baseline + {size}', 'dispersion': 'dispersion'}) }}
{% endmacro %}


{#- How surely a share grew, whatever the verdict calls it. One that was never seen in the reference has a chance all the same. -#}
{% macro grown_share_z() %}
    {{ return(mlmon.binomial_to_normal('(share * n / inflation)', '(n / inflation)', '(' ~ mlmon.at_most('usual_share', '1 - 1e-9') ~ ')')) }}
{% endmacro %}
