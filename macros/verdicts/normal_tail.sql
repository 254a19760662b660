{% macro _erfc(x) -%}
    {%- set t = '(1 / (1 + ' ~ x ~ ' / 2))' -%}
    {%- set coefficients = [1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368] -%}
    {%- set series = namespace(sql='(-0.82215223 + ' ~ t ~ ' * 0.17087277)') -%}
    {%- for coefficient in coefficients -%}
        {%- set series.sql = '(' ~ coefficient ~ ' + ' ~ t ~ ' * ' ~ series.sql ~ ')' -%}
    {%- endfor -%}
    {{ return(t ~ ' * exp(-' ~ x ~ ' * ' ~ x ~ ' - 1.26551223 + ' ~ t ~ ' * ' ~ series.sql ~ ')') }}
{%- endmacro %}


{#- P(Z > z) of a standard normal variable, from the Chebyshev fit of erfc whose relative error is below 1.2e-7 everywhere: a test among a thousand
    looks at values near 1e-5, where an absolute error of that size is too coarse. Source: Press et al., Numerical Recipes, 6.2. -#}
{% macro normal_tail(z) -%}
    {%- set x = '(least(abs(' ~ z ~ '), 37.0) / sqrt(2.0))' -%}
    case
        when {{ z }} is null then null
        -- the fit is not exact there: a number that is its baseline but for rounding would have one tail or the other
        when abs({{ z }}) < 0.00000003 then 0.5
        when {{ z }} >= 0 then 0.5 * {{ mlmon._erfc(x) }}
        else 1 - 0.5 * {{ mlmon._erfc(x) }}
    end
{%- endmacro %}


{#- The chance of a standard normal variable as far from 0 as z, to either side -> SQL. At most 1, where z is below 0. -#}
{% macro two_tails(z) %}{{ return(mlmon.at_most('2 * (' ~ mlmon.normal_tail(z) ~ ')', '1.0')) }}{% endmacro %}
