{#- How many rows of a log one statement reads at most, as far as windows can be kept whole, or none where the engine sees to it by itself. DuckDB's joins and sorts
    go to disk when memory is short, but what a query keeps of every row for its quantiles does not: a long log is read in slices of time, with 400 bytes of
    `memory_limit` for each row. The var `mlmon_rows_at_once` says otherwise. -#}
{% macro rows_at_once() %}{{ return(adapter.dispatch('rows_at_once', 'mlmon')()) }}{% endmacro %}

{% macro default__rows_at_once() %}{{ return(none) }}{% endmacro %}

{% macro duckdb__rows_at_once() %}
    {%- set asked = mlmon.run_option('mlmon_rows_at_once', none) -%}
    {%- if asked is none -%}
        {#- such as '18.8 GiB' -#}
        {%- set amount, unit = run_query("select current_setting('memory_limit')").rows[0][0].split(' ') -%}
        {{ return(((amount | float) * {'TiB': 2748779069, 'GiB': 2684355, 'MiB': 2621}.get(unit, 2)) | int) }}
    {%- endif -%}
    {%- if asked is not integer or asked is boolean or asked < 1 -%}
        {{ exceptions.raise_compiler_error("mlmon: the var mlmon_rows_at_once is '" ~ asked ~ "'; expected a whole number above 0, the rows of a log that one statement reads") }}
    {%- endif -%}
    {{ return(asked) }}
{% endmacro %}
