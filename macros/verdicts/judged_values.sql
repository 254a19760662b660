{#- The numbers that a run judges, as a query over mlmon_measured. -#}
{% macro judged_values() -%}
    select
        measured.*, monitors.reference_start, monitors.pooled_windows, monitors.min_rows, monitors.has_labels,
        {{ mlmon.phase_of('measured') }} as phase
    from {{ ref('mlmon_measured') }} as measured
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = measured.monitor
    {{- mlmon.only_windows_to_judge('measured') }}
    where not measured.is_reference
        and (measured.model_version = 'all' or monitors.judges_versions)
{%- endmacro %}


{#- The windows that they are of, as a query in parentheses. -#}
{% macro judged_windows() -%}
(
    select calendar.monitor, calendar.window_start
    from {{ ref('mlmon_calendar') }} as calendar
    {{- mlmon.only_windows_to_judge('calendar') }}
)
{%- endmacro %}
