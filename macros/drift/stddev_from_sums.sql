{#- Sample standard deviation (n - 1) from a count, a total and the sum of squares about a fixed center near the mean. Squares about a center keep
    their digits where the mean is large and the spread is small. NULL below two values, and where a sum is unknown. -#}
{% macro stddev_from_sums(n, total, centered_sq, center) -%}
    {%- set from_center = '(' ~ total ~ ' / nullif(' ~ n ~ ', 0) - ' ~ center ~ ')' -%}
    {%- set squares = '(' ~ centered_sq ~ ' - ' ~ n ~ ' * ' ~ from_center ~ ' * ' ~ from_center ~ ')' -%}
    case when {{ n }} > 1 then
        sqrt(({{ mlmon.at_least(squares, 0) }}) / nullif({{ n }} - 1, 0))
    end
{%- endmacro %}
