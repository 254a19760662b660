{#- The blocks of one monitor. `scope`: as `page_scope` tells it. -#}
{% macro page_of_monitor(scope) %}
    {%- do mlmon.page_performance(scope) -%}
    {%- do mlmon.page_estimates(scope) -%}
    {%- if scope.has_labels and scope.n_versions > 2 -%}{%- do mlmon.page_comparisons(scope) -%}{%- endif -%}
    {%- do mlmon.page_operations(scope) -%}
    {%- do mlmon.page_drift(scope) -%}
    {%- do mlmon.page_distributions(scope) -%}
    {%- do mlmon.page_fairness(scope) -%}
    {%- do mlmon.page_kpis(scope) -%}
    {%- do mlmon.page_label_ages(scope) -%}
    {%- if scope.task == 'binary' -%}{%- do mlmon.page_scores(scope) -%}{%- endif -%}
    {%- if scope.task == 'regression' -%}{%- do mlmon.page_residuals(scope) -%}{%- endif -%}
    {%- if scope.task == 'multiclass' -%}{%- do mlmon.page_classes(scope) -%}{%- endif -%}
{% endmacro %}


{#- The columns that name a series of the report. -#}
{% macro page_part() %}{{ return(['model_version', 'segment', 'segment_value']) }}{% endmacro %}
