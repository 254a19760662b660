{#- What each threshold on the score would have earned by prediction, in the whole log: of the reference's windows and of each month since. Windows with complete labels. -#}
{% macro page_thresholds(scope) %}
    {%- set whole = scope.where ~ " and model_version = 'all' and segment = 'overall'" -%}
    {%- set key = mlmon.page_part() | join(', ') -%}
    {%- set query -%}
        select
            {{ mlmon.page_era('is_reference') }} as era, {{ key }}, threshold,
            max(case when is_in_use then 1 else 0 end) as in_use, sum(n) as n, {{ mlmon.ratio('sum(value)', 'sum(n)') }} as value_by_prediction
        from (
            select thresholds.*, thresholds.tp + thresholds.fp + thresholds.fn + thresholds.tn as n
            from (
                select * from {{ mlmon.built_table('mlmon_thresholds') }} where {{ whole }}
            ) as thresholds
            inner join (
                select window_start from {{ mlmon.built_table('mlmon_performance') }} where {{ whole }} and is_mature
            ) as mature on mature.window_start = thresholds.window_start
        ) as mature_thresholds
        group by {{ mlmon.page_era('is_reference') }}, {{ key }}, threshold
        order by era, threshold
    {%- endset -%}
    {%- do mlmon.page_block(scope.monitor, 'thresholds', query) -%}
{% endmacro %}
