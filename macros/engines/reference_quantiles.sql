{#- The quantiles 1/100 … 99/100 of a double expression over a source, by linear interpolation between order statistics
    (Hyndman and Fan 1996, type 7; numpy's default) -> a select of (percent bigint, edge double), no row where there is no value. -#}
{% macro reference_quantiles(expression, source, condition) %}{{ return(adapter.dispatch('reference_quantiles', 'mlmon')(expression, source, condition)) }}{% endmacro %}

{% macro default__reference_quantiles(expression, source, condition) %}
    select percents.percent, low.x + (high.x - low.x) * (percents.position - floor(percents.position)) as edge
    from (
        select hundredths.percent, hundredths.percent / 100.0 * (sizes.n - 1) as position
        from ({% for percent in range(1, 100) %}select {{ percent }} as percent{{ " union all " if not loop.last }}{% endfor %}) as hundredths
        cross join (select count(*) as n from {{ source }} where {{ condition }}) as sizes
        where sizes.n > 0
    ) as percents
    inner join (select {{ expression }} as x, row_number() over (order by {{ expression }}) - 1 as place from {{ source }} where {{ condition }}) as low
        on low.place = floor(percents.position)
    inner join (select {{ expression }} as x, row_number() over (order by {{ expression }}) - 1 as place from {{ source }} where {{ condition }}) as high
        on high.place = ceil(percents.position)
{% endmacro %}

{% macro duckdb__reference_quantiles(expression, source, condition) %}
    select unnest(range(1, 100)) as percent, unnest(edges) as edge
    from (
        select quantile_cont({{ expression }}, [{% for percent in range(1, 100) %}{{ percent / 100 }}{{ ", " if not loop.last }}{% endfor %}]) as edges
        from {{ source }} where {{ condition }}
    ) as quantiles
    where edges is not null
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
