{#- What makes an engine compute a CTE once, for several others that read it or before what is made of it; nothing where the engine decides by itself. -#}
{% macro materialized_cte() %}{{ return(adapter.dispatch('materialized_cte', 'mlmon')()) }}{% endmacro %}

{% macro default__materialized_cte() %}{{ return('') }}{% endmacro %}

{% macro duckdb__materialized_cte() %}{{ return('materialized') }}{% endmacro %}

{% macro postgres__materialized_cte() %}{{ return('materialized') }}{% endmacro %}

{% macro redshift__materialized_cte() %}{{ return('') }}{% endmacro %}


{#- The opposite: a CTE that only names a part of a table, read in place by each that uses it. -#}
{% macro inlined_cte() %}{{ return(adapter.dispatch('inlined_cte', 'mlmon')()) }}{% endmacro %}

{% macro default__inlined_cte() %}{{ return('') }}{% endmacro %}

{% macro duckdb__inlined_cte() %}{{ return('not materialized') }}{% endmacro %}
