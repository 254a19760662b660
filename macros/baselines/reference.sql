{#- The pinned reference, whichever window is judged: windows of its period, bins as they were counted when it was taken. Windows are compared with those of
    the same day of the week (hour of the week) where the period has weeks enough; a shorter one is not looked at by phase at all.
    A window of it that changes has all windows of the monitor judged again. -#}
{% macro reference_baseline() %}{{ return({'members': 'member.is_reference', 'bins': 'mlmon_reference'}) }}{% endmacro %}


{% macro reference_phase(row) -%}
    case
        when {{ mlmon.seconds_between('monitors.reference_start', 'monitors.reference_end') }} / 604800 > monitors.seasonal_weeks - 1
            then {{ mlmon.phase('monitors.' ~ mlmon.reserved_name('window'), row ~ '.window_start') }}
        else {{ mlmon.all_phases() }}
    end
{%- endmacro %}
