{% macro _shrunk(rate, n) -%}
    ((({{ rate }}) * {{ n }} + 0.5) / nullif({{ n }} + 1, 0))
{%- endmacro %}

{#- Standard error of the logarithm of a ratio of two proportions, with half a case added to each side so that 0 and 1 have one.
    Source: Katz et al. (1978). -#}
{% macro log_ratio_error(rate, n, reference_rate, reference_n) -%}
    sqrt(
        (1 - {{ mlmon._shrunk(rate, n) }}) / nullif({{ n }} * {{ mlmon._shrunk(rate, n) }}, 0)
        + (1 - {{ mlmon._shrunk(reference_rate, reference_n) }}) / nullif({{ reference_n }} * {{ mlmon._shrunk(reference_rate, reference_n) }}, 0)
    )
{%- endmacro %}
