{#- What is measured of the logs, and of the review queue. -#}
{% macro operations_metrics() %}
    {{ return({'table': 'mlmon_operations', 'rank': 5, 'subject': "'log'", 'n': 'n_predictions', 'labels': 'none', 'metrics': [
        {'metric': 'n_predictions', 'unit': 'predictions', 'verdict': 'seasonal_band', 'warn': 0.25, 'error': 0.5, 'error_opens': 1,
         'roll_up': 'sum', 'baseline': 'mean',
         'meaning': 'Predictions in the window; each id counts once',
         'formula': 'count', 'source': 'mlmon'},
        {'metric': 'latency_p50', 'unit': 'ms', 'needs': ['predictions.latency_ms'], 'direction': 'lower_is_better',
         'meaning': 'Median latency',
         'formula': 'quantile 0.50 by linear interpolation', 'source': 'Hyndman and Fan 1996, type 7'},
        {'metric': 'latency_p95', 'unit': 'ms', 'needs': ['predictions.latency_ms'], 'direction': 'lower_is_better', 'verdict': 'relative_rise', 'warn': 0.25, 'error': 0.5,
         'meaning': '95th percentile of the latency',
         'formula': 'quantile 0.95 by linear interpolation', 'source': 'Hyndman and Fan 1996, type 7'},
        {'metric': 'latency_p99', 'unit': 'ms', 'needs': ['predictions.latency_ms'], 'direction': 'lower_is_better',
         'meaning': '99th percentile of the latency',
         'formula': 'quantile 0.99 by linear interpolation', 'source': 'Hyndman and Fan 1996, type 7'},
        {'metric': 'duplicate_rate', 'unit': 'share', 'direction': 'lower_is_better', 'verdict': 'share_rise', 'warn': 0.02, 'error': 0.1,
         'n': 'n_rows',
         'meaning': 'Share of the log rows that repeat an id',
         'formula': 'extra copies / rows', 'source': 'mlmon'},
        {'metric': 'orphan_label_rate', 'needs': ['labels'], 'unit': 'share', 'direction': 'lower_is_better', 'verdict': 'share_rise', 'warn': 0.02, 'error': 0.1,
         'n': 'n_labels',
         'meaning': 'Share of the labels without a matching prediction',
         'formula': 'labels without a prediction / labels, by the time of the label', 'source': 'mlmon'},
        {'metric': 'label_lag_p50', 'needs': ['labels'], 'unit': 'hours', 'direction': 'lower_is_better',
         'meaning': 'Median time from a prediction to its first label',
         'formula': 'quantile 0.50 by linear interpolation', 'source': 'Hyndman and Fan 1996, type 7'},
        {'metric': 'label_lag_p95', 'needs': ['labels'], 'unit': 'hours', 'direction': 'lower_is_better',
         'meaning': '95th percentile of the time from a prediction to its first label',
         'formula': 'quantile 0.95 by linear interpolation', 'source': 'Hyndman and Fan 1996, type 7'},
        {'metric': 'invalid_score_rate', 'unit': 'share', 'direction': 'lower_is_better', 'verdict': 'share_rise', 'warn': 0.02, 'error': 0.1, 'error_opens': 1,
         'meaning': 'Share of the predictions whose score is NULL, NaN or out of range',
         'formula': 'such scores / n_predictions', 'source': 'mlmon'}
    ] + mlmon.review_metrics()}) }}
{% endmacro %}


{#- Those that are about the review queue: columns of mlmon_reviews. -#}
{% macro review_metrics() %}
    {%- set found = [] -%}
    {%- for metric in [
        {'metric': 'n_queued', 'unit': 'predictions',
         'roll_up': 'sum', 'n': 'n_queued',
         'meaning': 'Predictions of the window in the review queue, or those queued for the segment',
         'formula': 'count', 'source': 'mlmon'},
        {'metric': 'n_reviewed', 'unit': 'predictions',
         'roll_up': 'sum', 'n': 'n_queued',
         'meaning': 'Queued predictions with a decision',
         'formula': 'count', 'source': 'mlmon'},
        {'metric': 'override_rate', 'unit': 'share', 'direction': 'lower_is_better',
         'n': 'n_reviewed',
         'meaning': 'Share of the reviewed predictions whose decision was overridden',
         'formula': 'n_overridden / n_reviewed', 'source': 'mlmon'},
        {'metric': 'hours_to_review', 'unit': 'hours', 'direction': 'lower_is_better',
         'n': 'n_reviewed',
         'meaning': 'Mean time from queue to decision',
         'formula': 'mean of decided_at - queued_at', 'source': 'mlmon'}
    ] -%}{%- do found.append(dict(metric, table='mlmon_reviews', needs=['alerts.on_error: review'])) -%}{%- endfor -%}
    {{ return(found) }}
{% endmacro %}
