{#- The monitors of which this run judges a window of the reference, or all windows -> list of names: what the windows of the reference say of every
    number, and how much they differ, stands for the others. -#}
{% macro reference_monitors_to_judge() %}
    {%- set names = [] -%}
    {%- if execute -%}
        {%- set query -%}
            select distinct to_judge.monitor
            from {{ ref('mlmon_windows_to_judge') }} as to_judge
            left join {{ ref('mlmon_calendar') }} as calendar
                on calendar.monitor = to_judge.monitor and calendar.window_start = to_judge.window_start and calendar.is_reference and not to_judge.is_range
            where calendar.monitor is not null
                or (to_judge.is_range and to_judge.window_start <= cast('1000-01-01' as {{ dbt.type_timestamp() }}) and to_judge.window_end >= cast('9999-01-01' as {{ dbt.type_timestamp() }}))
            order by to_judge.monitor
        {%- endset -%}
        {%- for row in run_query(query).rows -%}{%- do names.append(row[0]) -%}{%- endfor -%}
    {%- endif -%}
    {{ return(names) }}
{% endmacro %}


{#- A row belongs to a monitor whose rows a table of what the reference says replaces in this run -> SQL condition. `row`: with monitor. -#}
{% macro is_of_reference_to_judge(row) %}
    {%- if mlmon.is_rebuild() -%}{{ return('1 = 1') }}{%- endif -%}
    {%- set names = mlmon.once('reference_monitors_to_judge') -%}
    {{ return(row ~ '.monitor in (' ~ mlmon.text_literals(names) ~ ')' if names else '1 = 0') }}
{% endmacro %}
