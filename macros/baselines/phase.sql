{#- The day of the week that a window starts on, 0 for Monday (the hour of the week for windows of an hour), as an integer; for longer windows `all_phases`. -#}
{% macro phase(window_column, window_start) -%}
    {%- set monday = mlmon.timestamp_literal('2001-01-01 00:00:00') -%}
    case {{ window_column }}
        when 'day' then cast(mod(mod(cast({{ mlmon.units_between('day', monday, window_start) }} as {{ dbt.type_bigint() }}), 7) + 7, 7) as {{ dbt.type_int() }})
        when 'hour' then cast(mod(mod(cast({{ mlmon.units_between('hour', monday, window_start) }} as {{ dbt.type_bigint() }}), 168) + 168, 168) as {{ dbt.type_int() }})
        else {{ mlmon.all_phases() }}
    end
{%- endmacro %}


{#- What `phase` is in a row that holds for windows of every phase. -#}
{% macro all_phases() %}{{ return(-1) }}{% endmacro %}
