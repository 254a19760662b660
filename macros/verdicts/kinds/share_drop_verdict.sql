{#- A share of something good that fell: by points. -#}
{% macro share_drop_verdict() %}
    {{ return({'effect': 'baseline - value', 'z': mlmon.grown_share_z(), 'side': "'below'", 'bound': 'baseline - {size}', 'dispersion': 'dispersion'}) }}
{% endmacro %}
