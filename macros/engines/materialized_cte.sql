{#- What makes an engine compute a CTE once that several others read; nothing where the engine decides by itself. -#}
{% macro materialized_cte() %}{{ return(adapter.dispatch('materialized_cte', 'mlmon')()) }}{% endmacro %}

{% macro default__materialized_cte() %}{{ return('') }}{% endmacro %}

{% macro duckdb__materialized_cte() %}{{ return('materialized') }}{% endmacro %}


{#- The opposite: a CTE that only names a part of a table, read in place by each that uses it. -#}
{% macro inlined_cte() %}{{ return(adapter.dispatch('inlined_cte', 'mlmon')()) }}{% endmacro %}

{% macro default__inlined_cte() %}{{ return('') }}{% endmacro %}

{% macro duckdb__inlined_cte() %}{{ return('not materialized') }}{% endmacro %}
