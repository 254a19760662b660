{#- A count that left the band around the median of its windows, to either side: by a part of it. It is judged where that median has rows enough. -#}
{% macro seasonal_band_verdict() %}
    {{ return({
        'effect': 'abs(value - median_value) / nullif(median_value, 0)', 'z': mlmon.student_to_normal('(abs(value - median_value) / band_error)', 'df'),
        'p_value': '2 * (' ~ mlmon.normal_tail('z') ~ ')', 'enough': 'median_value >= min_rows',
        'side': "case when value < median_value then 'below' else 'above' end",
        'bound': 'median_value * (1 + case when value < median_value then -1 else 1 end * {size})'
    }) }}
{% endmacro %}
