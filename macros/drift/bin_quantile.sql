{#- A quantile from bins that know how many values they hold, and the least and the greatest: the order statistic at fraction * (n - 1), by linear
    interpolation within the bin, or between two bins where it falls between them. Aggregate over `ranked_bins` (n, n_before, n_finite, minimum,
    maximum, next_minimum). -#}
{% macro bin_quantile(fraction) -%}
    {%- set place = '(' ~ fraction ~ ' * (n_finite - 1) - n_before)' -%}
    max(case
        when {{ place }} >= 0 and {{ place }} < n then
            case
                when {{ place }} <= n - 1 then minimum + coalesce((maximum - minimum) * {{ place }} / nullif(n - 1, 0), 0)
                else maximum + (coalesce(next_minimum, maximum) - maximum) * ({{ place }} - (n - 1))
            end
    end)
{%- endmacro %}
