{#- The value of a KPI of the configuration. -#}
{% macro kpi_metrics() %}
    {{ return({'table': 'mlmon_kpis', 'rank': 2, 'topic': 'outcome', 'waits_for_labels': true, 'subject': 'kpi', 'needs': ['kpis'], 'metrics': [
        {'metric': 'value', 'unit': 'as configured', 'verdict': 'kpi', 'warn': 0.1, 'error': 0.2,
         'splits': true,
         'meaning': 'A KPI from the configuration',
         'formula': 'numerator / denominator', 'source': 'mlmon_monitors'}
    ]}) }}
{% endmacro %}
