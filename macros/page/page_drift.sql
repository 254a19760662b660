{#- How far each column is from its baseline, by window, and how it was judged: of all versions in every segment, and of each version as a whole. -#}
{% macro page_drift(scope) %}
    {%- set keys = ['subject', 'compared_to'] + mlmon.page_part() -%}
    {%- set query -%}
        select
            measured.subject, measured.compared_to, measured.model_version, measured.segment, measured.segment_value, measured.window_start, measured.psi_excess,
            coalesce(checks.status, '') as status
        from (
            select distances.*, {{ mlmon.column_subject('distances') }} as subject
            from {{ mlmon.built_table('mlmon_drift') }} as distances
            where {{ scope.where }} and psi_excess is not null and (model_version = 'all' or segment = 'overall')
        ) as measured
        left join (
            select model_version, segment, segment_value, subject, compared_to, window_start, status
            from {{ mlmon.built_table('mlmon_checks') }}
            where {{ scope.where }} and family = 'drift' and metric = 'psi_excess'
        ) as checks
            on checks.model_version = measured.model_version and checks.segment = measured.segment and checks.segment_value = measured.segment_value
            and checks.subject = measured.subject and checks.compared_to = measured.compared_to and checks.window_start = measured.window_start
    {%- endset -%}
    {%- do mlmon.page_series(scope.monitor, 'drift', query, keys, {'window_start': 'time', 'psi_excess': 'number', 'status': 'text'}) -%}
    {%- set query -%}
        select compared_to, window_start, max(psi_excess) as psi_excess
        from {{ mlmon.built_table('mlmon_drift') }}
        where {{ scope.where }} and model_version = 'all' and segment = 'overall'
        group by compared_to, window_start
    {%- endset -%}
    {%- do mlmon.page_series(scope.monitor, 'drift_most', query, ['compared_to'], {'window_start': 'time', 'psi_excess': 'number'}) -%}
{% endmacro %}
