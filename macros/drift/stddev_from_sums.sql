{#- Sample standard deviation (n - 1) from a count, a total and the sum of squares about a fixed center near the mean. Squares about a center keep
    their digits where the mean is large and the spread is small. NULL below two values. -#}
{% macro stddev_from_sums(n, total, centered_sq, center) -%}
    case when {{ n }} > 1 then
        sqrt(greatest({{ centered_sq }} - {{ n }} * ({{ total }} / nullif({{ n }}, 0) - {{ center }}) * ({{ total }} / nullif({{ n }}, 0) - {{ center }}), 0) / nullif({{ n }} - 1, 0))
    end
{%- endmacro %}
