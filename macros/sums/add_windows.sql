{#- A timestamp moved by `n` windows, where the window's kind is a column: hour, day, week or month. -#}
{% macro add_windows(window_column, timestamp, n) -%}
    case {{ window_column }}
        {%- for window in ['hour', 'day', 'week', 'month'] %}
        when '{{ window }}' then {{ mlmon.window_after(window, timestamp, n) }}
        {%- endfor %}
    end
{%- endmacro %}


{#- The ten digits as a table, to count with. -#}
{% macro digits() -%}
    ({% for digit in range(10) %}select {{ digit }} as digit{{ " union all " if not loop.last }}{% endfor %})
{%- endmacro %}


{#- Restricts a table to the windows whose metrics this run replaces; to nothing where the model starts anew. -#}
{% macro in_scope(alias) -%}
    {%- if not mlmon.is_rebuild() %}
    inner join {{ ref('mlmon_scope') }} as scope
        on scope.monitor = {{ alias }}.monitor and scope.window_start = {{ alias }}.window_start and not scope.is_range
    {%- endif %}
{%- endmacro %}


{#- The start of the window that a timestamp lies in, where the window's kind is a column. -#}
{% macro truncate_by_column(window_column, timestamp) -%}
    case {{ window_column }}
        {%- for window in ['hour', 'day', 'week', 'month'] %}
        when '{{ window }}' then {{ mlmon.truncate_timestamp(window, timestamp) }}
        {%- endfor %}
    end
{%- endmacro %}
