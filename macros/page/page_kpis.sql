{#- KPIs by window, business value among them where outcomes have a worth; then also what a week like the trailing windows costs against each baseline. -#}
{% macro page_kpis(scope) %}
    {%- set query -%}
        select kpi, {{ mlmon.page_part() | join(', ') }}, window_start, value, denominator, case when is_mature then 1 else 0 end as is_mature
        from {{ mlmon.built_table('mlmon_kpis') }}
        where {{ scope.where }} and value is not null
    {%- endset -%}
    {%- do mlmon.page_series(scope.monitor, 'kpis', query, ['kpi'] + mlmon.page_part(), {'window_start': 'time', 'value': 'number', 'denominator': 'number', 'is_mature': 'count'}) -%}
    {%- if scope.has_value -%}
        {%- set query -%}
            select {{ mlmon.page_part() | join(', ') }}, compared_to, window_start, value_at_stake, n, case when is_mature then 1 else 0 end as is_mature
            from {{ mlmon.built_table('mlmon_value') }}
            where {{ scope.where }} and value_at_stake is not null
        {%- endset -%}
        {%- do mlmon.page_series(scope.monitor, 'value_at_stake', query, mlmon.page_part() + ['compared_to'],
            {'window_start': 'time', 'value_at_stake': 'number', 'n': 'count', 'is_mature': 'count'}) -%}
    {%- endif -%}
{% endmacro %}
