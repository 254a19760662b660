{#- Drift is judged by the shape of what is there: its effect beyond chance and beyond what the reference's own windows show, and its p-value. Another test than
    the value's own gives both (`drift_*`, from mlmon_drift). What NULLs and the usual add to the value is no effect. -#}
{% macro drift_verdict() %}
    {{ return({
        'effect': 'drift_effect', 'side': "'above'", 'bound': 'value - effect + {size}', 'dispersion': 'drift_dispersion', 'against': 'reference',
        'p_value': 'case when drift_n >= min_rows and drift_n_reference >= min_rows then drift_p_value end'
    }) }}
{% endmacro %}
