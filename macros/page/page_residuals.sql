{#- Where a regression is wrong: its mean error by tenth of the predicted value, by window. -#}
{% macro page_residuals(scope) %}
    {%- set query -%}
        select score_group, {{ mlmon.page_part() | join(', ') }}, window_start, score_from, score_to, n_scored, bias, mae, baseline_bias, baseline_mae
        from {{ mlmon.built_table('mlmon_residuals') }}
        where {{ scope.where }} and (model_version = 'all' or segment = 'overall')
    {%- endset -%}
    {%- do mlmon.page_series(scope.monitor, 'residuals', query, ['score_group', 'score_from', 'score_to'] + mlmon.page_part(), {
        'window_start': 'time', 'n_scored': 'count', 'bias': 'number', 'mae': 'number', 'baseline_bias': 'number', 'baseline_mae': 'number'
    }) -%}
{% endmacro %}
