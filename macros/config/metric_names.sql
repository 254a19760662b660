{#- Every metric that mlmon computes, by family, in the order of the family's table. The seed mlmon_metric_catalog says what
    each means and how it is judged; a test holds the two together. -#}
{% macro metric_names() %}
    {{ return({
        'drift': [
            'null_rate', 'invalid_rate', 'unseen_rate', 'mean', 'stddev', 'p05', 'p25', 'p50', 'p75', 'p95',
            'psi', 'psi_excess', 'js_distance', 'hellinger', 'ks', 'wasserstein', 'tv_distance', 'chi2', 'dispersion', 'p_value',
            'psi_excess_pooled', 'chi2_pooled', 'dispersion_pooled', 'p_value_pooled'
        ],
        'performance': [
            'n_labelled', 'label_coverage', 'precision', 'recall', 'specificity', 'f1', 'accuracy', 'balanced_accuracy', 'mcc',
            'roc_auc', 'pr_auc', 'log_loss', 'brier', 'ece', 'prevalence', 'selection_rate'
        ],
        'fairness': [
            'selection_rate', 'selection_rate_ratio', 'selection_rate_difference',
            'tpr', 'tpr_ratio', 'tpr_difference', 'fpr', 'fpr_ratio', 'fpr_difference',
            'precision', 'precision_ratio', 'precision_difference', 'accuracy', 'accuracy_ratio', 'accuracy_difference'
        ],
        'operations': [
            'n_predictions', 'latency_p50', 'latency_p95', 'latency_p99', 'duplicate_rate', 'orphan_label_rate',
            'label_lag_p50', 'label_lag_p95', 'invalid_score_rate'
        ] + mlmon.review_metrics(),
        'kpi': ['value']
    }) }}
{% endmacro %}


{#- Those of the operations that are about the review queue and not about the logs: columns of mlmon_reviews. -#}
{% macro review_metrics() %}{{ return(['n_queued', 'n_reviewed', 'override_rate', 'hours_to_review']) }}{% endmacro %}


{#- The names a `thresholds` key may have: a metric, a metric with its family before it (`fairness.precision`) where two
    families share the name, or the name of a KPI of the monitor. -> list of texts -#}
{% macro threshold_names(kpi_names=[]) %}
    {%- set names = [] -%}
    {%- for family, metrics in mlmon.metric_names().items() -%}
        {%- for metric in metrics -%}
            {%- if metric not in names and family != 'kpi' -%}{%- do names.append(metric) -%}{%- endif -%}
            {%- do names.append(family ~ '.' ~ metric) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(names + kpi_names) }}
{% endmacro %}


{#- The metrics for which a plain number as threshold is a least value; for all others it is a greatest one. The catalogue's direction, which SQL reads, says the
    same; a test holds the two together. -#}
{% macro metrics_bounded_below() %}
    {{ return([
        'n_labelled', 'label_coverage', 'precision', 'recall', 'specificity', 'f1', 'accuracy', 'balanced_accuracy', 'mcc', 'roc_auc', 'pr_auc',
        'selection_rate_ratio', 'tpr', 'tpr_ratio', 'precision_ratio', 'accuracy_ratio'
    ]) }}
{% endmacro %}
