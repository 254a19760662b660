{#- Judged numbers whose verdict became another one later, the last first: of each monitor the last 200. -#}
{% macro page_restatements_query(among) -%}
    select
        monitor, model_version, segment, segment_value, window_start, family, subject, metric, compared_to,
        first_value, first_status, first_known_at, value, status, restated_at, reason
    from (
        select
            *,
            row_number() over (
                partition by monitor
                order by restated_at desc, window_start desc, segment, segment_value, model_version, family, subject, column_role, metric, compared_to, restatement
            ) as place
        from {{ mlmon.built_table('mlmon_restatements') }}
        where monitor in ({{ among }}) and first_status <> status
    ) as restated
    where place <= 200
    order by monitor, place
{%- endmacro %}
