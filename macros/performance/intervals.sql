{#- One end of the 95 % interval of a proportion, k of n. Source: Wilson (1927). `side`: '-' for the lower end, '+' for the upper. NULL for n = 0. -#}
{% macro wilson(k, n, side) -%}
    {%- set p = '((' ~ k ~ ') * 1.0 / nullif(' ~ n ~ ', 0))' -%}
    {%- set z2 = '3.8414588206941254' -%}
    ({{ p }} + {{ z2 }} / (2 * nullif({{ n }}, 0))
        {{ side }} 1.959963984540054 * sqrt(
            ({{ mlmon.at_least('(' ~ p ~ ' * (1 - ' ~ p ~ '))', 0) }}) / nullif({{ n }}, 0)
            + {{ z2 }} / (4.0 * nullif({{ n }}, 0) * nullif({{ n }}, 0))
        )) / (1 + {{ z2 }} / nullif({{ n }}, 0))
{%- endmacro %}


{#- The 95 % interval of a normal number from its standard error, as the columns `name_low` and `name_high`: not below `least`, nor above `most`, where these are not none. -#}
{% macro normal_band(name, value, error, least=0, most=1) %}
    {%- set low, high = '(' ~ value ~ ' - 1.959963984540054 * ' ~ error ~ ')', '(' ~ value ~ ' + 1.959963984540054 * ' ~ error ~ ')' -%}
    {{ return((low if least is none else mlmon.at_least(low, least)) ~ ' as ' ~ name ~ '_low,\n    ' ~ (high if most is none else mlmon.at_most(high, most)) ~ ' as ' ~ name ~ '_high') }}
{% endmacro %}


{#- The sampling variance of an area under the ROC curve. Source: Hanley and McNeil (1982). -#}
{% macro auc_variance(auc, n_positive, n_negative) -%}
    {%- set variance -%}
    (
        {{ auc }} * (1 - {{ auc }})
        + ({{ n_positive }} - 1) * ({{ auc }} / (2 - {{ auc }}) - {{ auc }} * {{ auc }})
        + ({{ n_negative }} - 1) * (2 * {{ auc }} * {{ auc }} / (1 + {{ auc }}) - {{ auc }} * {{ auc }})
    )
    {%- endset -%}
    ({{ mlmon.at_least(variance, 0) }}) / nullif({{ n_positive }} * {{ n_negative }}, 0)
{%- endmacro %}


{#- A quotient of two counts or sums, as a double; NULL where the denominator is 0. -#}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as {{ mlmon.sql_type('double') }}) / nullif({{ denominator }}, 0)
{%- endmacro %}


{#- The square of the standard error of a mean error, from its sums. Errors that are all but alike have none: what squares that are not centered leave of them is rounding. -#}
{% macro squared_error_of_mean(sums) -%}
    {%- set n, variation = sums ~ '.n_scored', '(' ~ sums ~ '.squared_error_total - ' ~ mlmon.square(sums ~ '.error_total') ~ ' / nullif(' ~ sums ~ '.n_scored, 0))' -%}
    case when {{ variation }} > 1e-9 * {{ sums }}.squared_error_total then {{ variation }} else 0 end / nullif({{ n }} - 1, 0) / {{ n }}
{%- endmacro %}
