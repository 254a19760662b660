{#- What is measured of the pairs in `features.pairs`. -#}
{% macro correlation_metrics() %}
    {{ return({'table': 'mlmon_correlations', 'rank': 7, 'subject': "column_name || ',' || other_column", 'n': 'n', 'labels': 'none', 'needs': ['features.pairs'], 'metrics': [
        {'metric': 'correlation', 'unit': '-1 to 1', 'verdict': 'correlation_shift', 'warn': 0.1, 'error': 0.25,
         'standard_error': '(1 - correlation * correlation) / sqrt(case when n > 3 then n - 3 end)',
         'meaning': 'Correlation of two numeric features, over the rows in which both are finite',
         'formula': 'sum (x - mean x)(y - mean y) / sqrt(sum (x - mean x)^2 sum (y - mean y)^2)', 'source': 'Pearson 1895'}
    ]}) }}
{% endmacro %}


{#- Whether any monitor watches pairs. -#}
{% macro has_pairs() %}
    {%- for spec in mlmon.monitors() if spec.pairs -%}{{ return(true) }}{%- endfor -%}
    {{ return(false) }}
{% endmacro %}
