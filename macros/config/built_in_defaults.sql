{#- The values a monitor has where neither it nor `mlmon_defaults` says otherwise. -#}
{% macro built_in_defaults() %}
    {{ return({
        'predictions': {'threshold': 0.5, 'lookback': 3},
        'features': {'numeric': [], 'categorical': []},
        'segments': [],
        'window': 'day',
        'baseline': 'reference',
        'kpis': [],
        'thresholds': {},
        'verdicts': {'alpha': 0.01, 'pooled_windows': 7, 'dispersion': true, 'min_reference_windows': 8, 'seasonal_weeks': 8, 'metrics': {}},
        'alerts': {'open_after': '2 of 3', 'close_after': 2, 'reopen_within': 14, 'on_error': [], 'by_version': false, 'min_rows': 30,
            'group_within': 3, 'change_within': '3 days', 'cool_down': 0, 'maintenance': [], 'review_size': 20, 'review_margin': 0.1}
    }) }}
{% endmacro %}


{#- Defaults of blocks that are optional as a whole: they hold only where the block is there. -#}
{% macro built_in_block_defaults() %}
    {{ return({
        'labels': {'maturity': '0 days', 'lookback': 3},
        'fairness': {'min_group_size': 30, 'reference_group': {}}
    }) }}
{% endmacro %}
