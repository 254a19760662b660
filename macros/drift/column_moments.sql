{#- What the bins of a column say of all of its values, as aggregates: counts of all, and count, total and squares about the center of those that are finite. `bins`: the
    name of a relation of bins, `centers`: that of one with the columns' centers. -#}
{% macro column_moments(bins, centers) -%}
{%- set double = mlmon.sql_type('double') -%}
max({{ centers }}.center) as center,
        sum({{ bins }}.n) as n,
        cast(sum(case when {{ bins }}.minimum is not null then {{ bins }}.n end) as {{ double }}) as n_finite,
        {{ mlmon.known_sum(bins ~ '.total', bins ~ '.minimum') }} as total,
        {{ mlmon.known_sum(bins ~ '.centered_sq', bins ~ '.minimum') }} as centered_sq
{%- endmacro %}
