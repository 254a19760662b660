{#- The metrics that have a default verdict, by family. The seed mlmon_metric_catalog says which verdict; a test holds the two together. -#}
{% macro judged_metrics() %}
    {{ return({
        'drift': ['psi_excess', 'psi_excess_pooled', 'null_rate', 'invalid_rate', 'unseen_rate'],
        'performance': ['precision', 'recall', 'f1', 'accuracy', 'roc_auc', 'prevalence', 'label_coverage'],
        'fairness': ['selection_rate_ratio', 'tpr_ratio'],
        'operations': ['n_predictions', 'latency_p95', 'duplicate_rate', 'orphan_label_rate', 'invalid_score_rate'],
        'kpi': ['value']
    }) }}
{% endmacro %}


{#- The names a key of `verdicts.metrics` may have: a family, a metric with a default verdict, or a KPI of the monitor. -> list of texts -#}
{% macro verdict_names(kpi_names=[]) %}
    {%- set names = mlmon.judged_metrics().keys() | list -%}
    {%- for family, metrics in mlmon.judged_metrics().items() if family != 'kpi' -%}
        {%- for metric in metrics -%}{%- do names.extend([metric, family ~ '.' ~ metric]) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(names + kpi_names) }}
{% endmacro %}
