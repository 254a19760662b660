{#- How many rows of a log one statement reads at most, as far as windows can be kept whole, or none where the engine sees to it by itself. DuckDB's joins and sorts
    go to disk when memory is short, but what a query keeps of every row for its quantiles does not: a long log is read in slices of time. The var
    `mlmon_rows_at_once` is for machines with less than four gigabytes to spare. -#}
{% macro rows_at_once() %}{{ return(adapter.dispatch('rows_at_once', 'mlmon')()) }}{% endmacro %}

{% macro default__rows_at_once() %}{{ return(none) }}{% endmacro %}

{% macro duckdb__rows_at_once() %}
    {%- set most = mlmon.run_option('mlmon_rows_at_once', 10000000) -%}
    {%- if most is not integer or most is boolean or most < 1 -%}
        {{ exceptions.raise_compiler_error("mlmon: the var mlmon_rows_at_once is '" ~ most ~ "'; expected a whole number above 0, the rows of a log that one statement reads") }}
    {%- endif -%}
    {{ return(most) }}
{% endmacro %}
