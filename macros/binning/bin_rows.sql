{#- The bins of some columns of a monitor, taken from its reference rows.

    Numeric: the reference's quantiles 0.01 … 0.99 are the edges, repeated ones once; bins are (lower, upper], the outer ones open. A task
    may name more edges of its score. The quantiles 0.1 … 0.9 alone make the groups of PSI.
    Categorical: the 100 most frequent categories are a bin each, the rest of the reference's categories are `other`. -#}
{% macro bin_rows(spec, columns, taking) %}
{%- set n_bins = 100 %}
{%- set listed_categories = 10000 %}
{%- set numeric, named_edges = [], [] %}
{%- for column in columns if column.numeric %}
    {%- do numeric.append({'column_name': column.name, 'column_role': column.role}) %}
    {%- for edge in column.edges %}{%- do named_edges.append({'column_name': column.name, 'column_role': column.role, 'hundredth': none, 'edge': edge}) %}{%- endfor %}
{%- endfor %}
with {{ mlmon.reference_ctes(spec) }},
edges as (
    {%- for column in columns if column.numeric %}
    select
        {{ mlmon.text_literal(column.name) }} as column_name, '{{ column.role }}' as column_role,
        cast(quantiles.hundredth as {{ dbt.type_bigint() }}) as hundredth, cast(quantiles.edge as {{ mlmon.sql_type('double') }}) as edge
    from ({{ mlmon.reference_quantiles(column.value, '(select * from reference_log) as p', mlmon.is_valid(column.value, column.range)) }}) as quantiles
    union all
    {%- endfor %}
    {{ mlmon.literal_rows({'column_name': 'text', 'column_role': 'text', 'hundredth': 'bigint', 'edge': 'double'}, named_edges) }}
),
distinct_edges as (
    select column_name, column_role, edge, max(case when hundredth in (10, 20, 30, 40, 50, 60, 70, 80, 90) then 1 else 0 end) as is_decile
    from edges
    group by column_name, column_role, edge
),
numeric_columns as (
    {{ mlmon.literal_rows({'column_name': 'text', 'column_role': 'text'}, numeric) }}
),
centers as (
    select column_name, column_role, max(edge) as center from edges where hundredth = 50 and abs(edge) <= {{ mlmon.largest_addable() }} group by column_name, column_role
),
{#- the last bin of a column has no upper edge -#}
uppers as (
    select column_name, column_role, edge, is_decile, 0 as is_last from distinct_edges
    union all
    select column_name, column_role, null, 0, 1 from numeric_columns
),
numeric_bins as (
    select
        uppers.column_name, uppers.column_role,
        row_number() over (partition by uppers.column_name, uppers.column_role order by uppers.is_last, uppers.edge) as bin_number,
        cast(1 + coalesce(sum(uppers.is_decile) over (
            partition by uppers.column_name, uppers.column_role order by uppers.is_last, uppers.edge rows between unbounded preceding and 1 preceding
        ), 0) as {{ dbt.type_int() }}) as psi_group,
        lag(uppers.edge) over (partition by uppers.column_name, uppers.column_role order by uppers.is_last, uppers.edge) as lower,
        uppers.edge as upper,
        coalesce(centers.center, 0) as center
    from uppers
    left join centers on centers.column_name = uppers.column_name and centers.column_role = uppers.column_role
),
categories as (
    {%- for column in columns if not column.numeric %}
    select
        {{ mlmon.text_literal(column.name) }} as column_name, '{{ column.role }}' as column_role,
        {{ column.value }} as category, count(*) as n
    from reference_log as p
    where {{ column.value }} is not null
    group by 3
    union all
    {%- endfor %}
    select cast(null as {{ dbt.type_string() }}) as column_name, cast(null as {{ dbt.type_string() }}) as column_role, cast(null as {{ dbt.type_string() }}) as category,
        0 as n
    {{ mlmon.no_rows() }}
),
ranked_categories as (
    select
        column_name, column_role, category,
        row_number() over (partition by column_name, column_role order by n desc, category) as place,
        count(*) over (partition by column_name, column_role) as n_categories,
        sum(case when n = 1 then 1 else 0 end) over (partition by column_name, column_role) as n_single,
        {{ mlmon.ratio('n', 'sum(n) over (partition by column_name, column_role)') }} as share
    from categories
),
bins as (
    select
        column_name, column_role, {{ mlmon.bin_label('bin_number') }} as bin, bin_number, {{ mlmon.bin_label('psi_group') }} as psi_group,
        lower, upper, cast(null as {{ dbt.type_string() }}) as category, center, cast(null as {{ dbt.type_bigint() }}) as n_categories,
        cast(null as {{ dbt.type_bigint() }}) as n_single, {{ mlmon.double_literal(none) }} as share
    from numeric_bins
    union all
    select
        column_name, column_role,
        case when place <= {{ n_bins }} then {{ mlmon.bin_label('place') }} else 'other' end, place,
        case when place <= {{ n_bins }} then {{ mlmon.bin_label('place') }} else 'other' end,
        null, null, category, null, n_categories, n_single, share
    from ranked_categories
    where place <= {{ listed_categories }}
),
{#- the reference in a few characters: taken from other rows it has another id -#}
ids as (
    select
        count(*) as n_rows,
        {{ dbt.hash(dbt.concat([
            "cast(count(*) as " ~ dbt.type_string() ~ ")", "' '",
            "coalesce(cast(sum(cast(floor(1000000 * " ~ mlmon.folded_score(spec) ~ ") as " ~ dbt.type_bigint() ~ ")) as " ~ dbt.type_string() ~ "), '')"
        ])) }} as content
    from reference_log as p
)
select
    {{ mlmon.text_literal(spec.name) }} as monitor,
    {{ dbt.concat([mlmon.text_literal(spec.reference_hash ~ '-'), "ids.content"]) }} as reference_id,
    {{ '(ids.n_rows = 0)' if not taking.is_provisional else '(1 = 1)' }} as is_provisional,
    bins.column_name, bins.column_role, bins.bin, bins.bin_number, bins.psi_group, bins.lower, bins.upper, bins.category,
    bins.center, bins.n_categories, bins.n_single, bins.share
from bins
cross join ids
{% endmacro %}


{#- A valid score, or what is left of it over thousands where it may be any number: its millionths are whole numbers that can be added up. -#}
{% macro folded_score(spec) %}
    {%- if not spec.predictions.score -%}{{ return(mlmon.folded_row(spec)) }}{%- endif -%}
    {%- set score = '(' ~ mlmon.valid_score(spec) ~ ')' -%}
    {%- if mlmon.tasks()[spec.task].score.range -%}{{ return(score) }}{%- endif -%}
    {{ return('case when abs(' ~ score ~ ') < 1 then ' ~ score ~ ' when abs(' ~ score ~ ') <= 1e15 then ' ~ score ~ ' - 1000 * floor(' ~ score ~ ' / 1000) end') }}
{% endmacro %}


{#- The same of a row without a score: its class or item, and some of its numbers. -#}
{% macro folded_row(spec) %}
    {%- set parts, numbers = [], mlmon.task_rows(spec).columns | selectattr('numeric') | map(attribute='value') | list -%}
    {%- for named in [spec.predictions.prediction, spec.predictions.item] if named -%}
        {%- set text = mlmon.text_of(mlmon.p(spec, named), spec.columns[named | lower].family) -%}
        {%- do parts.append('coalesce(length(' ~ text ~ ') + ' ~ mlmon.as_double('ascii(' ~ text ~ ')') ~ ' / 128, 0)') -%}
    {%- endfor -%}
    {%- for name in spec.numeric[:10] -%}{%- do numbers.append(mlmon.p_double(spec, name)) -%}{%- endfor -%}
    {%- for value in numbers -%}
        {%- do parts.append('coalesce(case when abs(' ~ value ~ ') <= 1e9 then ' ~ value ~ ' - 1000 * floor(' ~ value ~ ' / 1000) end, 0)') -%}
    {%- endfor -%}
    {{ return('(' ~ parts | join(' + ') ~ ')') }}
{% endmacro %}


{#- The rows that the reference is taken from, as CTE `reference_log` with the log's columns: a period of the log with each id once, or a
    relation as it is. -#}
{% macro reference_ctes(spec) %}
{%- if spec.reference_log is not none %}
reference_log as {{ mlmon.inlined_cte() }} (
    select {% for name in mlmon.profiled_names(spec) %}p.{{ spec.reference_columns[name].quoted }} as {{ spec.columns[name].quoted }}{{ ", " if not loop.last }}{% endfor %}
    from {{ spec.reference_log }} as p
)
{%- else %}
{%- set ranges = spec.reference.ranges %}
{{ mlmon.log_ctes(spec, ranges) }},
reference_log as {{ mlmon.inlined_cte() }} (
    select {% for name in mlmon.profiled_names(spec) %}p.{{ spec.columns[name].quoted }}{{ ", " if not loop.last }}{% endfor %}
    from {{ mlmon.log_from(spec) }} as p
    where {{ mlmon.log_where(spec, ranges) }}
)
{%- endif %}
{%- endmacro %}


{#- A spec whose expressions over the rows of its reference hold: a relation of its own has the names of the log, and types of its own. -#}
{% macro reference_spec(spec) %}
    {%- if spec.reference_log is none -%}{{ return(spec) }}{%- endif -%}
    {%- set columns = {} -%}
    {%- for name, column in spec.columns.items() -%}
        {%- do columns.update({name: mlmon.deep_merge(spec.reference_columns.get(name, column), {'quoted': column.quoted})}) -%}
    {%- endfor -%}
    {{ return(mlmon.deep_merge(spec, {'columns': columns})) }}
{% endmacro %}


{#- The columns of the log that a reference is taken of, each once, in lower case. -#}
{% macro profiled_names(spec) %}
    {%- set names = [] -%}
    {%- for use in mlmon.column_uses({'predictions': spec.predictions, 'features': {'numeric': spec.numeric, 'categorical': spec.categorical},
            'fairness': {'attributes': spec.attributes}, 'segments': spec.segments}) if use.in_reference and use.column | lower not in names -%}
        {%- do names.append(use.column | lower) -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}


{#- A bin's or group's number as the three or more digits it is named by. -#}
{% macro bin_label(number) %}
    {%- set text = 'cast(' ~ number ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {{ return("case when " ~ number ~ " < 10 then '00' when " ~ number ~ " < 100 then '0' else '' end || " ~ text) }}
{% endmacro %}
