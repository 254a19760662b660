{#- Performance by window: the metrics of the task that have an interval or a verdict, the headline first; what they are compared with; and a row a segment value. -#}
{% macro page_performance(scope) %}
    {%- if scope.has_labels -%}
        {%- set metrics = mlmon.page_metrics(scope.task) -%}
        {%- set columns, packed = [], {'window_start': 'time', 'is_mature': 'count', 'n_labelled': 'count', 'label_coverage': 'number'} -%}
        {%- for metric in metrics -%}
            {%- for name in [metric.metric] + ([metric.metric ~ '_low', metric.metric ~ '_high'] if metric.interval else []) -%}
                {%- do columns.append(name) -%}
                {%- do packed.update({name: 'number'}) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set query -%}
            select {{ mlmon.page_part() | join(', ') }}, window_start, case when is_mature then 1 else 0 end as is_mature, n_labelled, label_coverage, {{ columns | join(', ') }}
            from {{ mlmon.built_table('mlmon_performance') }}
            where {{ scope.where }} and n_labelled > 0
        {%- endset -%}
        {%- do mlmon.page_series(scope.monitor, 'performance', query, mlmon.page_part(), packed) -%}
        {%- do mlmon.page_block(scope.monitor, 'segments', mlmon.page_segments(scope, metrics[0])) -%}
    {%- endif -%}
    {%- set query -%}
        select {{ mlmon.page_part() | join(', ') }}, family, subject, metric, compared_to, window_start, value, baseline, warn_threshold, error_threshold, status
        from {{ mlmon.built_table('mlmon_checks') }}
        where {{ scope.where }} and family in ('performance', 'value', 'operations', 'kpi')
    {%- endset -%}
    {%- do mlmon.page_series(scope.monitor, 'checks', query, mlmon.page_part() + ['family', 'subject', 'metric', 'compared_to'],
        {'window_start': 'time', 'value': 'number', 'baseline': 'number', 'warn_threshold': 'number', 'error_threshold': 'number', 'status': 'text'}) -%}
{% endmacro %}


{#- The metrics of a task that the report draws -> declarations, the headline first. -#}
{% macro page_metrics(task) %}
    {%- set headline = mlmon.tasks()[task].headline -%}
    {%- set first, others = [], [] -%}
    {%- for metric in mlmon.declared_metrics().performance.metrics if task in metric.tasks -%}
        {%- if metric.metric == headline -%}{%- do first.append(metric) -%}
        {%- elif metric.interval or metric.verdict -%}{%- do others.append(metric) -%}{%- endif -%}
    {%- endfor -%}
    {{ return((first + others)[:9]) }}
{% endmacro %}


{#- A row a segment value: the last window whose labels are complete, and what is open there. -#}
{% macro page_segments(scope, metric) -%}
    select
        performance.segment, performance.segment_value, performance.window_start, performance.n_labelled, performance.{{ metric.metric }} as value,
        {{ ('performance.' ~ metric.metric ~ '_low') if metric.interval else 'null' }} as low, {{ ('performance.' ~ metric.metric ~ '_high') if metric.interval else 'null' }} as high,
        checks.baseline, checks.compared_to, performance.{{ metric.metric }} - checks.baseline as change, coalesce(checks.status, 'not judged') as status,
        coalesce(opened.n_open, 0) as n_open, opened.since
    from (
        select *, row_number() over (partition by segment, segment_value order by window_start desc) as place
        from {{ mlmon.built_table('mlmon_performance') }}
        where {{ scope.where }} and model_version = 'all' and is_mature and n_labelled > 0
    ) as performance
    left join (
        select segment, segment_value, window_start, baseline, compared_to, status,
            row_number() over (partition by segment, segment_value, window_start order by case compared_to when 'reference' then 0 else 1 end, compared_to) as place
        from {{ mlmon.built_table('mlmon_checks') }}
        where {{ scope.where }} and model_version = 'all' and family = 'performance' and metric = '{{ metric.metric }}'
    ) as checks
        on checks.segment = performance.segment and checks.segment_value = performance.segment_value and checks.window_start = performance.window_start and checks.place = 1
    left join (
        select segment, segment_value, count(*) as n_open, min(first_breach_at) as since
        from {{ mlmon.built_table('mlmon_incidents') }}
        where monitor = {{ mlmon.text_literal(scope.monitor) }} and status = 'open'
        group by segment, segment_value
    ) as opened on opened.segment = performance.segment and opened.segment_value = performance.segment_value
    where performance.place = 1
    order by case when performance.segment = 'overall' then 0 else 1 end, performance.segment, performance.segment_value
{%- endmacro %}
