{#- Each version beside the one before it, as the last window that both have labels of leaves it. -#}
{% macro page_comparisons(scope) %}
    {%- set query -%}
        select segment, segment_value, challenger, champion, metric, champion_value, challenger_value, difference, low, high, n_needed, verdict, window_start
        from (
            select *, row_number() over (partition by segment, segment_value, challenger, metric order by window_start desc) as place
            from {{ mlmon.built_table('mlmon_versions') }}
            where {{ scope.where }}
        ) as compared
        where place = 1
        order by segment, segment_value, challenger, metric
    {%- endset -%}
    {%- do mlmon.page_block(scope.monitor, 'comparisons', query) -%}
{% endmacro %}
