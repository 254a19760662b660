{#- Volume, latency, label lag and faults of the log, by window. -#}
{% macro page_operations(scope) %}
    {%- set numbers = ['latency_p50', 'latency_p95', 'latency_p99', 'label_lag_p50', 'label_lag_p95', 'duplicate_rate', 'invalid_score_rate'] -%}
    {%- set packed = {'window_start': 'time', 'n_predictions': 'count'} -%}
    {%- for name in numbers -%}{%- do packed.update({name: 'number'}) -%}{%- endfor -%}
    {%- set query -%}
        select {{ mlmon.page_part() | join(', ') }}, window_start, n_predictions, {{ numbers | join(', ') }}
        from {{ mlmon.built_table('mlmon_operations') }}
        where {{ scope.where }}
    {%- endset -%}
    {%- do mlmon.page_series(scope.monitor, 'operations', query, mlmon.page_part(), packed) -%}
{% endmacro %}
