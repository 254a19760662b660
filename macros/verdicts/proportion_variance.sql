{#- The variance of a share times the count it rests on, at the share `p`: p (1 - p); for F1, which is no share, by the delta method from the Jaccard index
    of which it is a function, with tp + fp + fn as its count. -#}
{% macro proportion_variance(metric, p) %}
    {%- set variance = '(' ~ p ~ ' * (1 - ' ~ p ~ ') * case when ' ~ metric ~ " = 'f1' then (2 - " ~ p ~ ') * (2 - ' ~ p ~ ') / 2.0 else 1.0 end)' -%}
    {{ return('(' ~ mlmon.at_least(variance, 0) ~ ')') }}
{% endmacro %}


{#- The place of a window in the week: 0 … 6 for daily, 0 … 167 for hourly windows, -1 for coarser ones. -#}
{% macro phase(window_column, window_start) -%}
    {%- set monday = mlmon.timestamp_literal('2001-01-01 00:00:00') -%}
    case {{ window_column }}
        when 'day' then cast(mod(mod(cast({{ mlmon.units_between('day', monday, window_start) }} as {{ dbt.type_bigint() }}), 7) + 7, 7) as {{ dbt.type_int() }})
        when 'hour' then cast(mod(mod(cast({{ mlmon.units_between('hour', monday, window_start) }} as {{ dbt.type_bigint() }}), 168) + 168, 168) as {{ dbt.type_int() }})
        else -1
    end
{%- endmacro %}
