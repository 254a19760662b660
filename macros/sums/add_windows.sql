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
    ({{ mlmon.literal_column('digit', 'int', range(10)) }})
{%- endmacro %}


{#- The whole numbers from 0 to 9,999, as a query. -#}
{% macro numbers() -%}
    select ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit as number
    from {{ mlmon.digits() }} as ones
    cross join {{ mlmon.digits() }} as tens
    cross join {{ mlmon.digits() }} as hundreds
    cross join {{ mlmon.digits() }} as thousands
{%- endmacro %}


{#- Restricts a table to the windows whose metrics this run replaces; to nothing where the model starts anew. `in_predictions`: to those that more than labels changed;
    `judged`: to those that are judged, too. -#}
{% macro only_windows_to_judge(alias, in_predictions=false, judged=false) -%}
    {%- if not mlmon.is_rebuild() %}
    inner join {{ ref('mlmon_windows_to_judge') }} as to_judge
        on to_judge.monitor = {{ alias }}.monitor and to_judge.window_start = {{ alias }}.window_start and not to_judge.is_range
        {%- if in_predictions %} and to_judge.in_predictions{% endif %}
        {%- if judged %} and to_judge.is_judged{% endif %}
        and {{ mlmon.near_windows_to_judge(alias, in_predictions=in_predictions) }}
    {%- endif %}
{%- endmacro %}


{#- A row lies between the first and the last window to judge, and belongs to a monitor that has some (where they are few) -> SQL condition. With literals, so
    that an engine need not read a year of history to find the day in question. `before`: so many windows earlier too. -#}
{% macro near_windows_to_judge(alias, before=0, in_predictions=false) %}
    {%- if not execute or mlmon.is_rebuild() -%}{{ return('1 = 1') }}{%- endif -%}
    {%- set query -%}
        select
            to_judge.monitor,
            {{ mlmon.timestamp_text('min(' ~ mlmon.add_windows('monitors.' ~ mlmon.reserved_name('window'), 'to_judge.window_start', '-1 * (' ~ before ~ ')') ~ ')') }} as first_start,
            {{ mlmon.timestamp_text('max(to_judge.window_start)') }} as last_start
        from {{ ref('mlmon_windows_to_judge') }} as to_judge
        inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = to_judge.monitor
        where not to_judge.is_range{% if in_predictions %} and to_judge.in_predictions{% endif %}
        group by to_judge.monitor
    {%- endset -%}
    {%- set found = run_query(query).columns -%}
    {%- set names = found[0].values() | list -%}
    {%- if not names -%}{{ return('1 = 0') }}{%- endif -%}
    {%- set literals = [] -%}
    {%- for name in names -%}{%- do literals.append(mlmon.text_literal(name)) -%}{%- endfor -%}
    {{ return(alias ~ '.window_start >= ' ~ mlmon.timestamp_literal(found[1].values() | min) ~ ' and ' ~ alias ~ '.window_start <= '
        ~ mlmon.timestamp_literal(found[2].values() | max) ~ (' and ' ~ alias ~ '.monitor in (' ~ literals | join(', ') ~ ')' if names | length <= 20 else '')) }}
{% endmacro %}


{#- The start of the window that a timestamp lies in, where the window's kind is a column. -#}
{% macro truncate_by_column(window_column, timestamp) -%}
    case {{ window_column }}
        {%- for window in ['hour', 'day', 'week', 'month'] %}
        when '{{ window }}' then {{ mlmon.truncate_timestamp(window, timestamp) }}
        {%- endfor %}
    end
{%- endmacro %}
