{#- How surely a share grew: k of n against the chance p, as a standard normal value whose upper tail is P(X >= k). Counts need not be whole. NULL for n = 0.
    The normal approximation itself finds rare things far too surprising: one NULL among 30 rows is 5.6 of its standard deviations at p = 0.001, and
    happens in 3 % of windows. Source: Camp and Paulson (1951). -#}
{% macro binomial_to_normal(k, n, p) -%}
    {%- set one = mlmon.double_literal(1) -%}
    {%- set left = '(' ~ n ~ ' - ' ~ k ~ ' + 1)' -%}
    {%- set root = 'power(' ~ left ~ ' * ' ~ p ~ ' / nullif(' ~ k ~ ' * (1 - ' ~ p ~ '), 0), ' ~ one ~ ' / 3)' -%}
    case
        when {{ n }} is null or {{ n }} <= 0 then null
        when {{ k }} <= 0 then -37.0
        else -({{ root }} * (9 - {{ one }} / {{ left }}) - 9 + {{ one }} / {{ k }}) / (3 * sqrt({{ root }} * {{ root }} / {{ left }} + {{ one }} / {{ k }}))
    end
{%- endmacro %}
