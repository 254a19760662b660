{#- KPIs by window, business value among them where outcomes have a worth. -#}
{% macro page_kpis(scope) %}
    {%- set query -%}
        select kpi, {{ mlmon.page_part() | join(', ') }}, window_start, value, denominator, case when is_mature then 1 else 0 end as is_mature
        from {{ mlmon.built_table('mlmon_kpis') }}
        where {{ scope.where }} and value is not null
    {%- endset -%}
    {%- do mlmon.page_series(scope.monitor, 'kpis', query, ['kpi'] + mlmon.page_part(), {'window_start': 'time', 'value': 'number', 'denominator': 'number', 'is_mature': 'count'}) -%}
{% endmacro %}
