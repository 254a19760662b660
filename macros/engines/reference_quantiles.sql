{#- The quantiles 1/100 … 99/100 of a double expression over a source, by linear interpolation between order statistics
    (Hyndman and Fan 1996, type 7; numpy's default) -> a select of (hundredth bigint, edge double), no row where there is no value. The values are
    sorted once; a list of quantiles costs DuckDB more than that, and memory. -#}
{% macro reference_quantiles(expression, source, condition) %}{{ return(adapter.dispatch('reference_quantiles', 'mlmon')(expression, source, condition)) }}{% endmacro %}

{% macro default__reference_quantiles(expression, source, condition) %}
    with positions as (
        select hundredths.hundredth, {{ mlmon.as_double('hundredths.hundredth') }} / 100 * sizes.last_place as position
        from ({{ mlmon.literal_column('hundredth', 'int', range(1, 100)) }}) as hundredths
        cross join (select count(*) - 1 as last_place from {{ source }} where {{ condition }}) as sizes
        where sizes.last_place >= 0
    ),
    placed as {{ mlmon.materialized_cte() }} (
        select ordered.x, ordered.place
        from (
            select {{ expression }} as x, row_number() over (order by {{ expression }}) - 1 as place from {{ source }} where {{ condition }}
        ) as ordered
        where ordered.place in (select floor(position) from positions union all select ceil(position) from positions)
    )
    select positions.hundredth, low.x + (high.x - low.x) * (positions.position - floor(positions.position)) as edge
    from positions
    inner join placed as low on low.place = floor(positions.position)
    inner join placed as high on high.place = ceil(positions.position)
{% endmacro %}

{#- BigQuery cannot number all rows of a large table in one order. Its quantiles are approximate; any edges make right bins, for what is counted is exact. -#}
{% macro bigquery__reference_quantiles(expression, source, condition) %}
    select hundredth, edge
    from unnest((select approx_quantiles({{ expression }}, 100) from {{ source }} where {{ condition }})) as edge with offset as hundredth
    where hundredth between 1 and 99
{% endmacro %}

{#- Spark's own `percentile` counts the rows of each value in a map, and takes ten times as long as to put the values in order. The array in order
    does not leave its aggregation: what Spark carries on is 99 numbers. -#}
{% macro spark__reference_quantiles(expression, source, condition) %}
    select hundredths.place + 1 as hundredth, hundredths.edge
    from (
        select {{ mlmon.spark_ordered(expression, 'transform(sequence(1, 99), hundredth -> ' ~ mlmon.spark_quantile('hundredth / 100D') ~ ')') }} as edges
        from {{ source }} where {{ condition }}
    ) as quantiles
    lateral view posexplode(quantiles.edges) hundredths as place, edge
    where hundredths.edge is not null
{% endmacro %}

{#- `expression_of_x` over the values of a group as an array x in order. The array is handed to a lambda, so that it is put in order once. -#}
{% macro spark_ordered(values, expression_of_x) %}{{ return('transform(array(sort_array(collect_list(' ~ values ~ '))), x -> ' ~ expression_of_x ~ ')[0]') }}{% endmacro %}

{#- A quantile of that array x, as numpy's default has it; NULL where it is empty. -#}
{% macro spark_quantile(fraction) -%}
    {%- set position = '(' ~ fraction ~ ' * (size(x) - 1))' -%}
    {%- set low, high = 'get(x, cast(floor(' ~ position ~ ') as int))', 'get(x, cast(ceil(' ~ position ~ ') as int))' -%}
    {{ return(low ~ ' + (' ~ high ~ ' - ' ~ low ~ ') * (' ~ position ~ ' - floor(' ~ position ~ '))') }}
{%- endmacro %}

{% macro databricks__reference_quantiles(expression, source, condition) %}
    {{ return(mlmon.default__reference_quantiles(expression, source, condition)) }}
{% endmacro %}


{#- A quantile of a group, exact, by linear interpolation. `fraction` is a number in [0, 1]. -#}
{% macro group_quantile(expression, fraction) %}{{ return(adapter.dispatch('group_quantile', 'mlmon')(expression, fraction)) }}{% endmacro %}

{% macro default__group_quantile(expression, fraction) %}
    {{ return('percentile_cont(' ~ fraction ~ ') within group (order by ' ~ expression ~ ')') }}
{% endmacro %}

{% macro duckdb__group_quantile(expression, fraction) %}{{ return('quantile_cont(' ~ expression ~ ', ' ~ fraction ~ ')') }}{% endmacro %}

{% macro spark__group_quantile(expression, fraction) %}{{ return(mlmon.spark_ordered(expression, mlmon.spark_quantile(fraction ~ 'D'))) }}{% endmacro %}

{% macro databricks__group_quantile(expression, fraction) %}{{ return(mlmon.default__group_quantile(expression, fraction)) }}{% endmacro %}

{#- BigQuery has no exact quantile of a group. Up to 10,000 values it is taken from them in order; above that it is the engine's approximate one. -#}
{% macro bigquery__group_quantile(expression, fraction) %}
    {%- set place = fraction ~ ' * (count(' ~ expression ~ ') - 1)' -%}
    {%- set ordered = 'array_agg(' ~ expression ~ ' ignore nulls order by ' ~ expression ~ ' limit 10000)' -%}
    {%- set below = ordered ~ '[safe_offset(cast(floor(' ~ place ~ ') as int64))]' -%}
    {%- set above = ordered ~ '[safe_offset(cast(ceil(' ~ place ~ ') as int64))]' -%}
    {{ return('case when count(' ~ expression ~ ') <= 10000 then ' ~ below ~ ' + (' ~ above ~ ' - ' ~ below ~ ') * (' ~ place ~ ' - floor(' ~ place ~ '))'
        ~ ' else approx_quantiles(' ~ expression ~ ', 1000)[safe_offset(' ~ (fraction * 1000) | int ~ ')] end') }}
{% endmacro %}


{#- Several quantiles of one expression as a list of SQL, in the order of `fractions`. Where the engine can, it collects the values once. -#}
{% macro group_quantiles(expression, fractions) %}{{ return(adapter.dispatch('group_quantiles', 'mlmon')(expression, fractions)) }}{% endmacro %}

{% macro default__group_quantiles(expression, fractions) %}
    {%- set quantiles = [] -%}
    {%- for fraction in fractions -%}{%- do quantiles.append(mlmon.group_quantile(expression, fraction)) -%}{%- endfor -%}
    {{ return(quantiles) }}
{% endmacro %}

{% macro duckdb__group_quantiles(expression, fractions) %}
    {%- set quantiles = [] -%}
    {%- for fraction in fractions -%}{%- do quantiles.append('quantile_cont(' ~ expression ~ ', [' ~ fractions | join(', ') ~ '])[' ~ loop.index ~ ']') -%}{%- endfor -%}
    {{ return(quantiles) }}
{% endmacro %}
