{#- Rates by group, with the 95 % intervals of the two that are shares of many rows, and their ratio to the reference group. -#}
{% macro page_fairness(scope) %}
    {%- set own = {'binary': ['tpr'], 'multiclass': ['accuracy'], 'regression': ['mae'], 'ranking': ['ndcg_at_10']}[scope.task] -%}
    {%- set rates = (['selection_rate'] if scope.task == 'binary' else []) + own -%}
    {%- set counts = {'selection_rate': ['n_selected', 'n'], 'tpr': ['n_true_positive', 'n_positive']} -%}
    {%- set columns, packed = [], {'window_start': 'time', 'n': 'count', 'is_mature': 'count'} -%}
    {%- for rate in rates -%}
        {%- do columns.append(rate) -%}
        {%- do columns.append(rate ~ '_ratio') -%}
        {%- do packed.update({rate: 'number', rate ~ '_ratio': 'number'}) -%}
        {%- if rate in counts -%}
            {%- for side, end in [('-', 'low'), ('+', 'high')] -%}
                {%- do columns.append('case when ' ~ rate ~ ' is not null then ' ~ mlmon.wilson(counts[rate][0], counts[rate][1], side) ~ ' end as ' ~ rate ~ '_' ~ end) -%}
                {%- do packed.update({rate ~ '_' ~ end: 'number'}) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set query -%}
        select
            attribute, group_value, {{ mlmon.page_part() | join(', ') }}, window_start, n, case when is_mature then 1 else 0 end as is_mature,
            {{ columns | join(',\n            ') }}
        from {{ mlmon.built_table('mlmon_fairness') }}
        where {{ scope.where }} and not is_suppressed and (model_version = 'all' or segment = 'overall')
    {%- endset -%}
    {%- do mlmon.page_series(scope.monitor, 'fairness', query, ['attribute', 'group_value'] + mlmon.page_part(), packed) -%}
{% endmacro %}
