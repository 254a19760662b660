{#- What a monitor block may hold. Each key: its type, whether it must be there, and the keys below it.
    A validator and an error message read this; nothing else decides what is legal. -#}
{% macro config_schema() %}
    {{ return({
        'task': {'type': 'enum', 'values': ['binary'], 'later': ['regression', 'multiclass'], 'required': true},
        'predictions': {'type': 'mapping', 'required': true, 'keys': {
            'relation': {'type': 'relation', 'required': true},
            'id': {'type': 'column', 'log': 'predictions', 'required': true},
            'timestamp': {'type': 'column', 'log': 'predictions', 'required': true, 'kind': 'timestamp'},
            'score': {'type': 'column', 'log': 'predictions', 'required': true, 'kind': 'numeric'},
            'prediction': {'type': 'column', 'log': 'predictions'},
            'threshold': {'type': 'number', 'minimum': 0, 'maximum': 1},
            'version': {'type': 'column', 'log': 'predictions'},
            'latency_ms': {'type': 'column', 'log': 'predictions', 'kind': 'numeric'},
            'loaded_at': {'type': 'column', 'log': 'predictions', 'kind': 'timestamp'},
            'lookback': {'type': 'integer', 'minimum': 1},
            'class_scores': {'type': 'any', 'later': true}
        }},
        'labels': {'type': 'mapping', 'keys': {
            'relation': {'type': 'relation', 'required': true},
            'id': {'type': 'column', 'log': 'labels', 'required': true},
            'label': {'type': 'column', 'log': 'labels', 'required': true},
            'timestamp': {'type': 'column', 'log': 'labels', 'required': true, 'kind': 'timestamp'},
            'positive_class': {'type': 'scalar'},
            'loaded_at': {'type': 'column', 'log': 'labels', 'kind': 'timestamp'},
            'maturity': {'type': 'duration'},
            'lookback': {'type': 'integer', 'minimum': 1}
        }},
        'features': {'type': 'mapping', 'keys': {
            'numeric': {'type': 'columns', 'log': 'predictions', 'kind': 'numeric'},
            'categorical': {'type': 'columns', 'log': 'predictions'}
        }},
        'segments': {'type': 'segments', 'log': 'predictions'},
        'fairness': {'type': 'mapping', 'keys': {
            'attributes': {'type': 'columns', 'log': 'predictions', 'required': true},
            'reference_group': {'type': 'groups'},
            'min_group_size': {'type': 'integer', 'minimum': 1}
        }},
        'window': {'type': 'enum', 'values': ['hour', 'day', 'week', 'month']},
        'reference': {'type': 'mapping', 'required': true, 'keys': {
            'start': {'type': 'moment'},
            'end': {'type': 'moment'},
            'relation': {'type': 'relation'}
        }},
        'baseline': {'type': 'baseline'},
        'kpis': {'type': 'kpis'},
        'value': {'type': 'mapping', 'keys': {
            'tp': {'type': 'number'}, 'fp': {'type': 'number'}, 'fn': {'type': 'number'}, 'tn': {'type': 'number'}
        }},
        'thresholds': {'type': 'thresholds'},
        'verdicts': {'type': 'mapping', 'keys': {
            'alpha': {'type': 'number', 'above': 0, 'maximum': 0.5},
            'pooled_windows': {'type': 'integer', 'minimum': 2, 'maximum': 90},
            'dispersion': {'type': 'boolean'},
            'min_reference_windows': {'type': 'integer', 'minimum': 3, 'maximum': 1000},
            'seasonal_weeks': {'type': 'integer', 'minimum': 4, 'maximum': 1000},
            'metrics': {'type': 'verdict_metrics'}
        }},
        'alerts': {'type': 'mapping', 'keys': {
            'owner': {'type': 'text'},
            'runbook': {'type': 'text'},
            'open_after': {'type': 'open_after'},
            'close_after': {'type': 'close_after'},
            'reopen_within': {'type': 'integer', 'minimum': 0, 'maximum': 1000},
            'on_error': {'type': 'names'},
            'tags': {'type': 'names'},
            'review_size': {'type': 'integer', 'minimum': 1},
            'review_margin': {'type': 'number', 'minimum': 0, 'maximum': 1},
            'by_version': {'type': 'boolean'},
            'min_rows': {'type': 'integer', 'minimum': 1},
            'group_within': {'type': 'integer', 'minimum': 0, 'maximum': 1000},
            'change_within': {'type': 'duration'},
            'cool_down': {'type': 'integer', 'minimum': 0, 'maximum': 1000},
            'escalate_after': {'type': 'integer', 'minimum': 1},
            'remind_every': {'type': 'integer', 'minimum': 1},
            'max_notices_per_week': {'type': 'integer', 'minimum': 0},
            'quiet_hours': {'type': 'quiet_hours'},
            'maintenance': {'type': 'periods'}
        }}
    }) }}
{% endmacro %}
