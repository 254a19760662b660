{#- A quantile from bins that know how many values they hold, and the least and the greatest: the order statistic at fraction * (n - 1), by linear
    interpolation within the bin, or between two bins where it falls between them. Aggregate over `ranked_bins` (n, n_before, n_finite, minimum,
    maximum, next_minimum). -#}
{% macro bin_quantile(fraction) -%}
    {%- set place = '(' ~ fraction ~ ' * (n_finite - 1) - n_before)' -%}
    max(case
        when {{ place }} >= 0 and {{ place }} < n then
            case
                when {{ place }} <= n - 1 then {{ mlmon.between('minimum', 'maximum', 'coalesce(' ~ place ~ ' / nullif(n - 1, 0), 0)') }}
                else {{ mlmon.between('maximum', 'coalesce(next_minimum, maximum)', '(' ~ place ~ ' - (n - 1))') }}
            end
    end)
{%- endmacro %}


{#- The point at a fraction of the way from one number to another. In two half steps, for the whole way may be longer than a double can say. -#}
{% macro between(first, last, fraction) %}
    {%- set step = '(' ~ last ~ ' / 2 - ' ~ first ~ ' / 2) * ' ~ fraction -%}
    {{ return('(' ~ first ~ ' + ' ~ step ~ ' + ' ~ step ~ ')') }}
{% endmacro %}
