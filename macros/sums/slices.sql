{#- Ranges of a monitor's predictions (or labels, by their own time) in lots that one statement can read -> list of ranges. One lot, the ranges as they are, where
    the log is not longer than `rows_at_once`. Lots hold whole windows, and one more window than fits at most. -#}
{% macro slices(spec, ranges, log='predictions') %}
    {%- set most = mlmon.rows_at_once() if execute else none -%}
    {%- if most is none or (spec.get('n_rows', {}).get(log) or 0) <= most -%}{{ return([ranges]) }}{%- endif -%}
    {%- set is_predictions = log == 'predictions' -%}
    {%- set at = mlmon.predicted_at(spec) if is_predictions else mlmon.labeled_at(spec) -%}
    {%- set window_start = mlmon.window_start(spec, at) -%}
    {%- set query -%}
        with windows as (
            select {{ window_start }} as window_start, count(*) as n
            from {{ spec.log ~ ' as p' if is_predictions else spec.label_log ~ ' as l' }}
            where {{ mlmon.in_log_ranges(spec, ranges) if is_predictions else mlmon.in_ranges(at, ranges) ~ ' and ' ~ at ~ ' is not null' }}
            group by 1
        ),
        numbered as (
            select window_start, floor((sum(n) over (order by window_start rows unbounded preceding) - 1) / {{ most }}) as slice
            from windows
        )
        select {{ mlmon.timestamp_text('min(window_start)') }} as first, {{ mlmon.timestamp_text(mlmon.window_end(spec.window, 'max(window_start)')) }} as last
        from numbered
        group by slice
        order by first
    {%- endset -%}
    {%- set lots = [] -%}
    {%- for first, last in run_query(query).rows -%}
        {%- if ranges is none -%}
            {%- do lots.append([[first, last]]) -%}
        {%- else -%}
            {%- set lot = [] -%}
            {%- for start, end in ranges if start < last and end > first -%}
                {%- do lot.append([start if start > first else first, end if end < last else last]) -%}
            {%- endfor -%}
            {%- do lots.append(lot) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(lots) }}
{% endmacro %}
