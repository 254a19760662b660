{#- What of a monitor the report shows: `where`, a condition on any of its tables by window; `task`, `monitor`, and texts that blocks need. Without a period it is the last 366 windows:
    a year of days. Of more than 30 segment values the largest are shown, of more than 6 versions the last. -#}
{% macro page_scope(monitor, since, until) %}
    {%- set name = mlmon.text_literal(monitor.monitor) -%}
    {%- set conditions = ['monitor = ' ~ name] -%}
    {%- if since -%}{%- do conditions.append('window_start >= ' ~ mlmon.timestamp_literal(since)) -%}{%- endif -%}
    {%- if until -%}{%- do conditions.append('window_start < ' ~ mlmon.timestamp_literal(until)) -%}{%- endif -%}
    {%- if not since and not until and monitor.n_windows > 366 -%}
        {%- set first = mlmon.query_rows(mlmon.page_first_window_query(name))[0].first_window -%}
        {%- do conditions.append('window_start >= ' ~ mlmon.timestamp_literal(first | replace('T', ' '))) -%}
    {%- endif -%}
    {%- set parts = mlmon.query_rows(mlmon.page_segments_query(conditions | join(' and '))) -%}
    {%- if parts | length > 30 -%}
        {%- set kept = [] -%}
        {%- for part in parts[:30] -%}
            {%- do kept.append('(segment = ' ~ mlmon.text_literal(part.segment) ~ ' and segment_value = ' ~ mlmon.text_literal(part.segment_value) ~ ')') -%}
        {%- endfor -%}
        {%- do conditions.append('(' ~ kept | join(' or ') ~ ')') -%}
    {%- endif -%}
    {%- set versions = mlmon.query_rows(mlmon.page_versions_query(conditions | join(' and '))) -%}
    {%- if versions | length > 7 -%}
        {%- do conditions.append('model_version in (' ~ mlmon.text_literals(['all'] + (versions | map(attribute='model_version') | reject('equalto', 'all') | list)[:6]) ~ ')') -%}
    {%- endif -%}
    {{ return({
        'monitor': monitor.monitor, 'task': monitor.task, 'has_labels': monitor.has_labels, 'has_value': monitor.has_value, 'where': conditions | join(' and '),
        'n_segments': parts | length, 'n_versions': versions | length
    }) }}
{% endmacro %}


{% macro page_first_window_query(name) -%}
    select min(window_start) as first_window
    from (
        select window_start, row_number() over (order by window_start desc) as place
        from {{ mlmon.built_table('mlmon_calendar') }}
        where monitor = {{ name }}
    ) as numbered
    where place <= 366
{%- endmacro %}


{% macro page_segments_query(where) -%}
    select segment, segment_value, sum(n_predictions) as n_predictions
    from {{ mlmon.built_table('mlmon_operations') }}
    where {{ where }} and model_version = 'all'
    group by segment, segment_value
    order by case when segment = 'overall' then 0 else 1 end, n_predictions desc, segment, segment_value
{%- endmacro %}


{% macro page_versions_query(where) -%}
    select model_version, max(window_start) as last_window
    from {{ mlmon.built_table('mlmon_operations') }}
    where {{ where }} and segment = 'overall' and n_predictions > 0
    group by model_version
    order by last_window desc, model_version
{%- endmacro %}
