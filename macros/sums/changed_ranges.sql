{#- The windows that this run replaces, as ranges: {monitor: [[start, end], …]} with [start, end) in UTC, in order, apart from each
    other. `part` says whose windows: predictions, outcomes (predictions or their labels), label_log (by the labels' own time).
    A monitor with nothing to do is not in it. More than `most_ranges` ranges of a monitor become one (one for each stretch that a pruning has left):
    what is deleted is what is read again, so that doing more windows than needed changes no number. -#}
{% macro changed_ranges(part) %}
    {%- set ranges = mlmon.ranges_of("select monitor, window_start, window_end from " ~ ref('mlmon_windows_to_read') ~ " where in_" ~ part ~ " and not is_gone") -%}
    {%- for monitor in ranges if ranges[monitor] | length > mlmon.most_ranges() -%}
        {%- set merged = [] -%}
        {%- for first, last in (mlmon.kept_ranges().get(monitor) or {'ranges': [['0000', '9999-99']]}).ranges -%}
            {%- set inside = [] -%}
            {%- for start, end in ranges[monitor] if start >= first and start < last -%}{%- do inside.append([start, end]) -%}{%- endfor -%}
            {%- if inside -%}{%- do merged.append([inside[0][0], inside[-1][1]]) -%}{%- endif -%}
        {%- endfor -%}
        {%- do ranges.update({monitor: merged}) -%}
    {%- endfor -%}
    {{ return(ranges) }}
{% endmacro %}


{% macro most_ranges() %}{{ return(100) }}{% endmacro %}


{#- The windows of mlmon_windows_to_read that are deleted and not read again. -#}
{% macro gone_ranges(part) %}
    {{ return(mlmon.ranges_of("select monitor, window_start, window_end from " ~ ref('mlmon_windows_to_read') ~ " where in_" ~ part ~ " and is_gone")) }}
{% endmacro %}


{#- The windows whose metrics this run replaces, as ranges, all of them: what is inserted again are the windows of mlmon_windows_to_judge and no more.
    `in_predictions`: those that more than labels changed. -#}
{% macro ranges_to_judge(in_predictions=false) %}
    {{ return(mlmon.ranges_of("select monitor, window_start, window_end from " ~ ref('mlmon_windows_to_judge') ~ (' where in_predictions' if in_predictions else ''))) }}
{% endmacro %}


{% macro ranges_of(query) %}
    {%- set ranges = {} -%}
    {%- if execute -%}
        {%- set islands -%}
            with windows as (
                {{ query }}
            ),
            starts as (
                select
                    monitor, window_start, window_end,
                    case
                        when window_start <= max(window_end) over (
                            partition by monitor order by window_start, window_end rows between unbounded preceding and 1 preceding
                        ) then 0 else 1
                    end as is_start
                from windows
            ),
            numbered as (
                select
                    monitor, window_start, window_end,
                    sum(is_start) over (partition by monitor order by window_start, window_end rows unbounded preceding) as island
                from starts
            )
            select monitor, {{ mlmon.timestamp_text('min(window_start)') }} as range_start, {{ mlmon.timestamp_text('max(window_end)') }} as range_end
            from numbered
            group by monitor, island
            order by monitor, range_start
        {%- endset -%}
        {%- for row in run_query(islands).rows -%}
            {%- set known = ranges.setdefault(row[0], []) -%}
            {%- do known.append([row[1], row[2]]) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(ranges) }}
{% endmacro %}


{#- A UTC timestamp expression lies in one of the ranges -> SQL condition; true for `none`, which stands for all time. The first and the last of several
    bounds stand by themselves too: engines that read no more than they must understand those better than a row of alternatives. -#}
{% macro in_ranges(expression, ranges) %}
    {%- if ranges is none -%}{{ return('1 = 1') }}{%- endif -%}
    {%- set parts = [] -%}
    {%- for start, end in ranges -%}
        {%- do parts.append('(' ~ expression ~ ' >= ' ~ mlmon.timestamp_literal(start) ~ ' and ' ~ expression ~ ' < ' ~ mlmon.timestamp_literal(end) ~ ')') -%}
    {%- endfor -%}
    {%- if ranges | length <= 1 -%}{{ return(parts[0] if parts else '1 = 0') }}{%- endif -%}
    {{ return('(' ~ expression ~ ' >= ' ~ mlmon.timestamp_literal(ranges | map('first') | min) ~ ' and ' ~ expression ~ ' < ' ~ mlmon.timestamp_literal(ranges | map('last') | max)
        ~ ' and (' ~ parts | join(' or ') ~ '))') }}
{% endmacro %}


{#- What a model over the predictions has to read -> {monitor: ranges}, where ranges none stands for all time (a table that starts
    from nothing). `part` as in `changed_ranges`. -#}
{% macro ranges_to_read(part) %}
    {%- if not mlmon.is_rebuild() -%}{{ return(mlmon.changed_ranges(part)) }}{%- endif -%}
    {%- set all = {} -%}
    {%- set kept = mlmon.kept_ranges() -%}
    {%- for name in mlmon.active_names() -%}{%- do all.update({name: kept[name].ranges if name in kept else none}) -%}{%- endfor -%}
    {{ return(all) }}
{% endmacro %}
