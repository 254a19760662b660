{#- The columns that a list of segments is made of, each once, in order. In a query they are segment_1, segment_2, … -#}
{% macro segment_columns(segments) %}
    {%- set names = [] -%}
    {%- for segment in segments -%}
        {%- for name in segment if name not in names -%}{%- do names.append(name) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}


{#- What these columns are called in a query. -#}
{% macro segment_aliases(segment_columns) %}
    {%- set names = [] -%}
    {%- for name in segment_columns -%}{%- do names.append('segment_' ~ loop.index) -%}{%- endfor -%}
    {{ return(names) }}
{% endmacro %}


{#- What rows of a log are grouped by before they are added up: window_start, model_version and the columns of the segments, as segment_1, segment_2, … -#}
{% macro finest_keys(spec, segment_columns) -%}
    {{ mlmon.window_start(spec, mlmon.predicted_at(spec)) }} as window_start, {{ mlmon.model_version(spec) }} as model_version
    {%- for name in segment_columns %}, {{ mlmon.segment_column(spec, name) }} as segment_{{ loop.index }}{% endfor %}
{%- endmacro %}


{#- Sums at the finest grain, added up for each segment, over all versions and for each version. Adds model_version, segment and segment_value.
    `keys`: what is kept apart besides; `sums`: the aggregates, with aliases; `all_segments`: those that number the source's segment columns,
    where they are more than `segments`. -#}
{% macro add_up(source, segments, keys, sums, has_versions, all_segments=none) %}
    {%- set names = mlmon.segment_columns(all_segments or segments) -%}
    {%- set backslash = mlmon.text_literal('\\') -%}
    {%- for segment in segments %}
    select
        {%- if has_versions %}
        case
            when grouping(counted.model_version) = 1 then 'all'
            when counted.model_version is null then '(null)'
            when counted.model_version in ('all', '(null)') or substring(counted.model_version, 1, 1) = {{ backslash }} then {{ backslash }} || counted.model_version
            else counted.model_version
        end as model_version,
        {%- else %}
        cast('all' as {{ dbt.type_string() }}) as model_version,
        {%- endif %}
        {{ mlmon.text_literal(mlmon.segment_name(segment)) }} as segment,
        {{ mlmon.segment_value(segment, names) }} as segment_value,
        {{ keys | join(', ') }},
        {{ sums | join(', ') }}
    from {{ source }} as counted
    {%- set grain = [] -%}
    {%- for name in segment -%}{%- do grain.append('segment_' ~ (names.index(name) + 1)) -%}{%- endfor -%}
    {%- set grain = (keys + grain) | join(', ') %}
    group by {{ 'grouping sets ((' ~ grain ~ '), (' ~ grain ~ ', counted.model_version))' if has_versions else grain }}
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- The value of a segment as text: NULL is '(null)'; commas and backslashes within a value, and the text '(null)' itself, are escaped with a
    backslash, so that no two values are written alike. -#}
{% macro segment_value(segment, names) %}
    {%- if not segment -%}{{ return("cast('all' as " ~ dbt.type_string() ~ ")") }}{%- endif -%}
    {%- set parts = [] -%}
    {%- for name in segment -%}
        {%- set column = 'segment_' ~ (names.index(name) + 1) -%}
        {%- do parts.append("case when " ~ column ~ " = '(null)' then " ~ mlmon.text_literal('\\(null)') ~ " else coalesce(replace(replace(" ~ column ~ ", "
            ~ mlmon.text_literal('\\') ~ ", " ~ mlmon.text_literal('\\\\') ~ "), ',', " ~ mlmon.text_literal('\\,') ~ "), '(null)') end") -%}
    {%- endfor -%}
    {{ return(parts | join(" || ',' || ")) }}
{% endmacro %}


{#- The key columns of every table by window, from `window_start`, `model_version`, `segment` and `segment_value`. -#}
{% macro window_key(spec) -%}
    {%- set window_end = mlmon.window_end(spec.window, 'window_start') -%}
    {{ mlmon.text_literal(spec.name) }} as monitor, model_version, window_start, {{ window_end }} as window_end,
    {% if spec.reference.start -%}
    (window_start >= {{ mlmon.timestamp_literal(spec.reference.start) }} and {{ window_end }} <= {{ mlmon.timestamp_literal(spec.reference.end) }})
    {%- else %}false{% endif %} as is_reference,
    segment, segment_value
{%- endmacro %}
