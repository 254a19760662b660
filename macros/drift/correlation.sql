{#- Pearson's correlation from sums over n rows -> SQL. NULL for a column that is constant but for rounding, and for fewer than two rows. -#}
{% macro correlation(n, x, y, xx, yy, xy) -%}
    {%- set of_x = '(' ~ xx ~ ' - ' ~ mlmon.square(x) ~ ' / nullif(' ~ n ~ ', 0))' -%}
    {%- set of_y = '(' ~ yy ~ ' - ' ~ mlmon.square(y) ~ ' / nullif(' ~ n ~ ', 0))' -%}
    {%- set joint = '(' ~ xy ~ ' - ' ~ mlmon.product(x, y) ~ ' / nullif(' ~ n ~ ', 0))' -%}
    case
        when {{ n }} > 1 and {{ of_x }} > 1e-12 * {{ xx }} and {{ of_y }} > 1e-12 * {{ yy }}
            then {{ joint }} / sqrt({{ of_x }}) / sqrt({{ of_y }})
    end
{%- endmacro %}


{#- What rounding took beyond 1 or -1, taken back -> SQL. `value`: a name. -#}
{% macro within_one(value) -%}
    case when {{ value }} > 1 then 1.0 when {{ value }} < -1 then -1.0 else {{ value }} end
{%- endmacro %}


{#- Fisher's transformation of a correlation, whose standard error is 1 / sqrt(n - 3) (Fisher 1921) -> SQL. That of 1 and -1 is as far from 0 as doubles tell them from it. -#}
{% macro fisher_z(correlation) -%}
    (0.5 * ln((1.000000000001 + {{ correlation }}) / (1.000000000001 - {{ correlation }})))
{%- endmacro %}
