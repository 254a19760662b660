{#- Each class of a multiclass model by window, and which classes it takes for which, in the reference and each month since. -#}
{% macro page_classes(scope) %}
    {%- set query -%}
        select class as class_name, {{ mlmon.page_part() | join(', ') }}, window_start, n_labelled, n_positive, precision, recall, f1
        from {{ mlmon.built_table('mlmon_classes') }}
        where {{ scope.where }} and (model_version = 'all' or segment = 'overall')
    {%- endset -%}
    {%- do mlmon.page_series(scope.monitor, 'classes', query, ['class_name'] + mlmon.page_part(), {
        'window_start': 'time', 'n_labelled': 'count', 'n_positive': 'count', 'precision': 'number', 'recall': 'number', 'f1': 'number'
    }) -%}
    {%- set query -%}
        select era, {{ mlmon.page_part() | join(', ') }}, label, prediction, n, {{ mlmon.ratio('n', 'sum(n) over (partition by era, model_version, segment, segment_value, label)') }} as share
        from (
            select {{ mlmon.page_era('is_reference') }} as era, {{ mlmon.page_part() | join(', ') }}, label, prediction, sum(n) as n
            from {{ mlmon.built_table('mlmon_confusion') }}
            where {{ scope.where }} and (model_version = 'all' or segment = 'overall')
            group by {{ mlmon.page_era('is_reference') }}, {{ mlmon.page_part() | join(', ') }}, label, prediction
        ) as counted
        order by {{ mlmon.page_part() | join(', ') }}, era, label, prediction
    {%- endset -%}
    {%- do mlmon.page_block(scope.monitor, 'confusion', query) -%}
{% endmacro %}
