{#- The quantiles 1/100 … 99/100 of a double expression over a source, by linear interpolation between order statistics
    (Hyndman and Fan 1996, type 7; numpy's default) -> a select of (percent bigint, edge double), no row where there is no value. The values are
    sorted once; a list of quantiles costs DuckDB more than that, and memory. -#}
{% macro reference_quantiles(expression, source, condition) %}{{ return(adapter.dispatch('reference_quantiles', 'mlmon')(expression, source, condition)) }}{% endmacro %}

{% macro default__reference_quantiles(expression, source, condition) %}
    with positions as (
        select hundredths.percent, {{ mlmon.as_double('hundredths.percent') }} / 100 * sizes.last_place as position
        from ({% for percent in range(1, 100) %}select {{ percent }} as percent{{ " union all " if not loop.last }}{% endfor %}) as hundredths
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
    select positions.percent, low.x + (high.x - low.x) * (positions.position - floor(positions.position)) as edge
    from positions
    inner join placed as low on low.place = floor(positions.position)
    inner join placed as high on high.place = ceil(positions.position)
{% endmacro %}


{#- A quantile of a group, exact, by linear interpolation. `fraction` is a number in [0, 1]. -#}
{% macro group_quantile(expression, fraction) %}{{ return(adapter.dispatch('group_quantile', 'mlmon')(expression, fraction)) }}{% endmacro %}

{% macro default__group_quantile(expression, fraction) %}
    {{ return('percentile_cont(' ~ fraction ~ ') within group (order by ' ~ expression ~ ')') }}
{% endmacro %}

{% macro duckdb__group_quantile(expression, fraction) %}{{ return('quantile_cont(' ~ expression ~ ', ' ~ fraction ~ ')') }}{% endmacro %}


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
