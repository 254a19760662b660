{#- The CTE `cuts`: which of the tenths of a whole, 1 for the highest bins, each bin lies in, with its `share` there: a bin that a cut goes through is divided in proportion.
    `bins`: a relation of `key`, bin and the count `n`, above 0; `key`: what names a whole. `n_whole` is its count. -#}
{% macro tenths(bins, key, n) -%}
{%- set shown, double = 'partition by ' ~ key, mlmon.sql_type('double') -%}
ordered as (
    select
        *,
        cast(sum({{ n }}) over ({{ shown }} order by bin desc rows unbounded preceding) as {{ double }}) as n_from_here,
        cast(sum({{ n }}) over ({{ shown }}) as {{ double }}) as n_whole
    from {{ bins }}
),

cuts as (
    select
        ordered.*, tenths.digit + 1 as decile,
        (
            {{ mlmon.at_most('ordered.n_from_here', '((tenths.digit + 1) * ordered.n_whole / 10)') }}
            - {{ mlmon.at_least('(ordered.n_from_here - ordered.' ~ n ~ ')', '(tenths.digit * ordered.n_whole / 10)') }}
        ) / ordered.{{ n }} as share
    from ordered
    inner join {{ mlmon.digits() }} as tenths
        on tenths.digit * ordered.n_whole / 10 < ordered.n_from_here - 1e-9
        and (tenths.digit + 1) * ordered.n_whole / 10 > ordered.n_from_here - ordered.{{ n }} + 1e-9
)
{%- endmacro %}
