{#- What each threshold on the score would have earned by prediction, in the whole log: of the reference's windows and of each month since. Windows with complete labels. -#}
{% macro page_thresholds(scope) %}
    {%- set key = mlmon.page_part() | join(', ') -%}
    {%- set query -%}
        select
            {{ mlmon.page_era('is_reference') }} as era, {{ key }}, threshold,
            max(case when is_in_use then 1 else 0 end) as in_use, sum(tp + fp + fn + tn) as n, {{ mlmon.ratio('sum(value)', 'sum(tp + fp + fn + tn)') }} as value_by_prediction
        from {{ mlmon.built_table('mlmon_thresholds') }}
        where {{ scope.where }} and model_version = 'all' and segment = 'overall' and is_mature
        group by {{ mlmon.page_era('is_reference') }}, {{ key }}, threshold
        order by era, threshold
    {%- endset -%}
    {%- do mlmon.page_block(scope.monitor, 'thresholds', query) -%}
{% endmacro %}
