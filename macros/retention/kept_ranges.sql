{#- What `mlmon prune` has left of each pruned monitor -> {monitor: {'pruned_before': text, 'ranges': [[start, end], …], 'measured': [[start, end], …]}}; texts are UTC.

    Checks are kept from `pruned_before` on, and metrics of the windows that those are compared with, too: `measured` says which. Sums are kept of the windows that the pooled
    metrics of all these need, and so are those of the reference: `ranges` says of which windows there are sums, or may be again. A monitor that was
    never pruned is not in it, nor one that is built anew: by a full refresh, or because its windows are others now. -#}
{% macro kept_ranges() %}
    {%- set kept = {} -%}
    {%- set only = mlmon.run_option('mlmon_only', []) -%}
    {%- set watermarks = mlmon.watermark_rows() -%}
    {%- for name in (var('mlmon_monitors', {}) if execute else {}) if (watermarks.get(name | string) or {}).get('pruned_before')
            and not (flags.FULL_REFRESH and (not only or name | string in only)) -%}
        {%- set known = watermarks[name | string] -%}
        {%- set spec = mlmon.monitors([name | string])[0] -%}
        {%- if spec.window == known.time_window -%}
            {%- do kept.update({spec.name: {'pruned_before': known.pruned_before, 'first_timestamp': known.first_timestamp,
                'ranges': mlmon.ranges_left(spec, known.pruned_before), 'measured': mlmon.measured_ranges_left(spec, known.pruned_before)}}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(kept) }}
{% endmacro %}


{#- The windows of a monitor whose sums a pruning leaves, as ranges in order: those that the windows left rest on. Where a baseline moves, these are the members of the windows that
    are kept, and what the members themselves are compared with, so that a member that changes can be measured again. -#}
{% macro ranges_left(spec, pruned_before) %}
    {{ return(mlmon.ranges_before(spec, pruned_before, spec.windows_before * (2 if spec.baseline_reach else 1))) }}
{% endmacro %}


{#- Those whose metrics it leaves, besides the reference's: the members. -#}
{% macro measured_ranges_left(spec, pruned_before) %}
    {{ return(mlmon.ranges_before(spec, pruned_before, spec.windows_before) if spec.baseline_reach else []) }}
{% endmacro %}


{#- `n_windows` before a time and before the reference, all that follows them, and the holidays; all time where versions are compared, for the one before may be as old as the log. -#}
{% macro ranges_before(spec, pruned_before, n_windows) %}
    {%- if 'previous_version' in spec.baselines -%}{{ return([['1000-01-01 00:00:00', '9999-01-01 00:00:00']]) }}{%- endif -%}
    {%- set range_from = mlmon.window_after(spec.window, mlmon.timestamp_literal(pruned_before), -1 * n_windows) -%}
    {%- set query -%}
        select {{ mlmon.timestamp_text('range_start') }} as range_start, {{ mlmon.timestamp_text('range_end') }} as range_end
        from (
            select {{ range_from }} as range_start, {{ mlmon.timestamp_literal('9999-01-01 00:00:00') }} as range_end
            {%- if spec.reference.start %}
            {%- set reference_end = mlmon.truncate_timestamp(spec.window, mlmon.timestamp_literal(spec.reference.end)) %}
            union all
            select
                {{ mlmon.window_after(spec.window, mlmon.truncate_timestamp(spec.window, mlmon.timestamp_literal(spec.reference.start)), -1 * n_windows) }},
                case when {{ reference_end }} < {{ range_from }} then {{ reference_end }} else {{ range_from }} end
            {%- endif %}
            {%- for day in mlmon.holiday_days(spec.holidays) if spec.holidays and spec.baseline_reach %}
            union all
            select {{ mlmon.timestamp_literal(day) }}, {{ mlmon.window_after('day', mlmon.timestamp_literal(day), 1) }}
            {%- endfor %}
        ) as ranges
        where range_start < range_end
        order by range_start
    {%- endset -%}
    {%- set ranges = [] -%}
    {%- for row in run_query(query).rows -%}
        {%- if ranges and row[0] <= ranges[-1][1] -%}
            {%- set last = ranges.pop() -%}
            {%- do ranges.append([last[0], [last[1], row[1]] | max]) -%}
        {%- else -%}
            {%- do ranges.append([row[0], row[1]]) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(ranges) }}
{% endmacro %}


{#- The same as a query: (monitor, range_start, range_end, pruned_before, begins_later); `begins_later`: the log began before the range. `part`: ranges or measured. -#}
{% macro kept_range_rows(part='ranges') -%}
    {%- set rows = [] -%}
    {%- for name, kept in mlmon.kept_ranges().items() -%}
        {%- for start, end in kept[part] -%}
            {%- do rows.append({'monitor': name, 'range_start': start, 'range_end': end, 'pruned_before': kept.pruned_before,
                'begins_later': kept.first_timestamp is not none and kept.first_timestamp < start}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ mlmon.literal_rows({'monitor': 'text', 'range_start': 'timestamp', 'range_end': 'timestamp', 'pruned_before': 'timestamp', 'begins_later': 'boolean'}, rows) }}
{%- endmacro %}
