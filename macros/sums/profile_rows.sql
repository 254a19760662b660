{#- Counts and sums per column and bin. Two steps: the log is grouped once at the finest grain (window, version, every segment column, bin), then
    that much smaller result is added up over versions and segments. -#}
{% macro profile_rows(spec, columns, ranges, bins) %}
{%- set source, condition = mlmon.log_from(spec), mlmon.log_where(spec, ranges) %}
{%- set keys = {'window_start': mlmon.window_start(spec, mlmon.predicted_at(spec)), 'model_version': mlmon.model_version(spec)} %}
with {{ mlmon.log_ctes(spec, ranges) }},
finest as {{ mlmon.materialized_cte() }} (
    {%- for column in columns %}
    {{ mlmon.finest_counts(spec, column, bins.get(column.role ~ '|' ~ column.name), source, condition, keys, spec.profile_segments) }}
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),
binned as {{ mlmon.materialized_cte() }} (
    {{ mlmon.name_bins(spec, columns, bins, ['window_start', 'model_version'], spec.profile_segments) }}
),
added_up as (
    {{ mlmon.add_up('binned', spec.profile_segments, ['window_start', 'column_name', 'column_role', 'bin'],
        mlmon.profile_sums(),
        spec.predictions.version) }}
)
select
    {{ mlmon.window_key(spec) }},
    column_name, column_role, bin, n, total, total_sq, minimum, maximum, centered_sq
from added_up
{% endmacro %}


{#- The same for the reference: no windows, no versions. -#}
{% macro reference_rows(spec, columns, bins) %}
with {{ mlmon.reference_ctes(spec) }},
finest as {{ mlmon.materialized_cte() }} (
    {%- for column in columns %}
    {{ mlmon.finest_counts(spec, column, bins.get(column.role ~ '|' ~ column.name), 'reference_log', '1 = 1', {}, spec.reference_segments) }}
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),
binned as {{ mlmon.materialized_cte() }} (
    {{ mlmon.name_bins(spec, columns, bins, [], spec.reference_segments) }}
),
added_up as (
    {{ mlmon.add_up('binned', spec.reference_segments, ['column_name', 'column_role', 'bin'],
        mlmon.profile_sums(),
        none) }}
),
shares as (
    select *, {{ mlmon.ratio('n', 'sum(n) over (partition by segment, segment_value, column_name, column_role)') }} as share
    from added_up
)
select
    {{ mlmon.text_literal(spec.name) }} as monitor, shares.segment, shares.segment_value, shares.column_name, shares.column_role, shares.bin,
    bins.lower, bins.upper, bins.category, shares.n, shares.total, shares.share,
    shares.total_sq, shares.minimum, shares.maximum, shares.centered_sq,
    coalesce(bins.psi_group, shares.bin) as psi_group,
    coalesce(bins.reference_id, {{ mlmon.text_literal((bins.values() | list)[0].reference_id if bins else none) }}) as reference_id
from shares
left join (
    select
        column_name, column_role, bin, max(psi_group) as psi_group, max(lower) as lower, max(upper) as upper,
        case when bin <> 'other' then max(category) end as category, max(reference_id) as reference_id
    from {{ ref('mlmon_bins') }}
    where monitor = {{ mlmon.text_literal(spec.name) }}
    group by column_name, column_role, bin
) as bins
    on bins.column_name = shares.column_name and bins.column_role = shares.column_role and bins.bin = shares.bin
{% endmacro %}


{#- What is added up of a bin. The sums of a bin that holds a value too large for them are unknown, and so is whatever they are part of. -#}
{% macro profile_sums() %}
    {%- set sums = ['sum(n) as n', 'min(minimum) as minimum', 'max(maximum) as maximum'] -%}
    {%- for name in ['total', 'total_sq', 'centered_sq'] -%}{%- do sums.append(mlmon.known_sum(name, 'minimum') ~ ' as ' ~ name) -%}{%- endfor -%}
    {{ return(sums) }}
{% endmacro %}


{#- One column of the log, grouped at the finest grain. `keys`: {name: SQL over p} of what is kept apart besides the segments and the bin. -#}
{% macro finest_counts(spec, column, bins, source, condition, keys, segments) %}
    {%- set segment_columns = mlmon.segment_columns(segments) -%}
    {%- set grain = keys.keys() | list + mlmon.segment_aliases(segment_columns) -%}
    select
        {{ mlmon.text_literal(column.name) }} as column_name, '{{ column.role }}' as column_role,
        {%- for name in grain %} {{ name }},{% endfor %}
        {%- if column.numeric %}
        bin_number,
        cast(null as {{ dbt.type_string() }}) as category,
        count(*) as n,
        {%- set largest = mlmon.largest_addable() %}
        {#- what lies in a range can be added; the bin of a column without one tells by its extremes whether it holds what cannot -#}
        {%- set is_addable = 'bin_number > 0' if column.range else 'bin_number > 0 and min(x) >= -' ~ largest ~ ' and max(x) <= ' ~ largest %}
        {%- set addable = 'case when ' ~ mlmon.is_valid('x', column.range) ~ ' then x end' if column.range else mlmon.addable('x') %}
        case when {{ is_addable }} then sum({{ addable }}) end as total,
        case when {{ is_addable }} then sum({{ mlmon.square(addable) }}) end as total_sq,
        case when bin_number > 0 then min(x) end as minimum,
        case when bin_number > 0 then max(x) end as maximum,
        case when {{ is_addable }} then sum({{ mlmon.square('(' ~ addable ~ ') - ' ~ mlmon.double_literal(bins.center if bins else 0)) }}) end as centered_sq
        {%- else %}
        cast(null as {{ dbt.type_int() }}) as bin_number,
        category,
        count(*) as n,
        {{ mlmon.double_literal(none) }} as total,
        {{ mlmon.double_literal(none) }} as total_sq,
        {{ mlmon.double_literal(none) }} as minimum,
        {{ mlmon.double_literal(none) }} as maximum,
        {{ mlmon.double_literal(none) }} as centered_sq
        {%- endif %}
    from (
        select
            {%- for name, expression in keys.items() %}
            {{ expression }} as {{ name }},
            {%- endfor %}
            {%- for name in segment_columns %}
            {{ mlmon.segment_column(spec, name) }} as segment_{{ loop.index }},
            {%- endfor %}
            {%- if column.numeric %}
            {{ column.value }} as x,
            case
                when {{ column.value }} is null then -1
                when {{ mlmon.is_valid(column.value, column.range) }} then {{ mlmon.bin_number(column.value, bins.uppers if bins else []) }}
                else 0
            end as bin_number
            {%- else %}
            {{ column.value }} as category
            {%- endif %}
        from {{ source }} as p
        where {{ condition }}
    ) as measured
    group by {{ (grain + ['bin_number' if column.numeric else 'category']) | join(', ') }}
{%- endmacro %}


{#- The finest counts with their bins named: numbers as digits, categories looked up in the reference's. A category that the reference has not is
    `unseen`, or `other` where the reference has more categories than are listed. -#}
{% macro name_bins(spec, columns, bins, keys, segments) %}
    {%- set segment_columns = mlmon.segment_columns(segments) -%}
    {%- set overfull = [] -%}
    {%- set numeric = [] -%}
    {%- for column in columns -%}
        {%- set known = bins.get(column.role ~ '|' ~ column.name) -%}
        {%- if column.numeric -%}{%- do numeric.append(column) -%}{%- endif -%}
        {%- if known and known.n_categories > 10000 -%}{%- do overfull.append("(finest.column_name = " ~ mlmon.text_literal(column.name) ~ " and finest.column_role = '" ~ column.role ~ "')") -%}{%- endif -%}
    {%- endfor -%}
    select
        finest.column_name, finest.column_role,
        {%- for key in keys %}
        finest.{{ key }},
        {%- endfor %}
        {%- for name in segment_columns %}
        finest.segment_{{ loop.index }},
        {%- endfor %}
        case
            when finest.bin_number = -1 then 'null'
            when finest.bin_number = 0 then 'invalid'
            when finest.bin_number is not null then {{ mlmon.bin_label('finest.bin_number') }}
            when finest.category is null then 'null'
            when bins.bin is not null then bins.bin
            {%- if overfull %}
            when {{ overfull | join(' or ') }} then 'other'
            {%- endif %}
            else 'unseen'
        end as bin,
        finest.n, finest.total, finest.total_sq, finest.minimum, finest.maximum, finest.centered_sq
    from finest
    left join {{ ref('mlmon_bins') }} as bins
        on bins.monitor = {{ mlmon.text_literal(spec.name) }}
        and bins.column_name = finest.column_name
        and bins.column_role = finest.column_role
        and bins.category = finest.category
{%- endmacro %}
