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
    {%- for segment in segments %}
    select
        {{ mlmon.added_version(has_versions) }} as model_version,
        {{ mlmon.text_literal(mlmon.segment_name(segment)) }} as segment,
        {{ mlmon.segment_value(segment, names) }} as segment_value,
        {{ keys | join(', ') }},
        {{ sums | join(', ') }}
    from {{ source }} as counted
    {%- set grains = mlmon.added_grains(segment, names, keys, has_versions) %}
    group by {{ 'grouping sets ((' ~ grains | join('), (') ~ '))' if has_versions else grains[0] }}
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- The same in one pass over the source, for one that is costly to read: rows of a log. A row of the result tells by what it was grouped which segment it is of. -#}
{% macro add_up_in_one_pass(source, segments, keys, sums, has_versions) %}
    {%- set names = mlmon.segment_columns(segments) -%}
    {%- set grains, whens = [], [] -%}
    {%- for segment in segments -%}
        {%- do grains.extend(mlmon.added_grains(segment, names, keys, has_versions)) -%}
        {%- set grouped_by = [] -%}
        {%- for name in names -%}{%- do grouped_by.append('grouping(counted.segment_' ~ loop.index ~ ') = ' ~ (0 if name in segment else 1)) -%}{%- endfor -%}
        {%- do whens.append({'condition': grouped_by | join(' and ') or '1 = 1', 'name': mlmon.text_literal(mlmon.segment_name(segment)),
            'value': mlmon.segment_value(segment, names)}) -%}
    {%- endfor %}
    select
        {{ mlmon.added_version(has_versions) }} as model_version,
        case{% for when in whens %} when {{ when.condition }} then {{ when.name }}{% endfor %} end as segment,
        case{% for when in whens %} when {{ when.condition }} then {{ when.value }}{% endfor %} end as segment_value,
        {{ keys | join(', ') }},
        {{ sums | join(', ') }}
    from {{ source }} as counted
    group by grouping sets (({{ grains | join('), (') }}))
{%- endmacro %}


{#- What the sums of a segment are grouped by -> list of SQL: for all versions, and for each version where there are any. -#}
{% macro added_grains(segment, names, keys, has_versions) %}
    {%- set grain = keys | list -%}
    {%- for name in segment -%}{%- do grain.append('counted.segment_' ~ (names.index(name) + 1)) -%}{%- endfor -%}
    {{ return([grain | join(', ')] + ([(grain + ['counted.model_version']) | join(', ')] if has_versions else [])) }}
{% endmacro %}


{% macro added_version(has_versions) -%}
    {%- set backslash = mlmon.text_literal('\\') -%}
    {%- if has_versions -%}
        case
            when grouping(counted.model_version) = 1 then 'all'
            when counted.model_version is null then '(null)'
            when counted.model_version in ('all', '(null)') or substring(counted.model_version, 1, 1) = {{ backslash }} then {{ backslash }} || counted.model_version
            else counted.model_version
        end
    {%- else -%}
        cast('all' as {{ dbt.type_string() }})
    {%- endif -%}
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
