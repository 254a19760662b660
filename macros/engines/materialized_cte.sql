{#- What makes an engine compute a CTE once, for several others that read it or before what is made of it; nothing where the engine decides by itself. Spark puts the text of a
    CTE in the place of each name, and plans a query of many steps hundreds of times over: there, a model computes such a CTE first (`stage_ctes`). -#}
{% macro materialized_cte() %}{{ return(adapter.dispatch('materialized_cte', 'mlmon')()) }}{% endmacro %}

{% macro default__materialized_cte() %}{{ return('') }}{% endmacro %}

{% macro duckdb__materialized_cte() %}{{ return('materialized') }}{% endmacro %}

{% macro postgres__materialized_cte() %}{{ return('materialized') }}{% endmacro %}

{% macro redshift__materialized_cte() %}{{ return('') }}{% endmacro %}

{% macro spark__materialized_cte() %}{{ return('/* mlmon: once */') }}{% endmacro %}

{% macro databricks__materialized_cte() %}{{ return('') }}{% endmacro %}


{#- The same for rows of a log, which Spark does not keep. -#}
{% macro materialized_rows() %}{{ return(adapter.dispatch('materialized_rows', 'mlmon')()) }}{% endmacro %}

{% macro default__materialized_rows() %}{{ return(mlmon.materialized_cte()) }}{% endmacro %}

{% macro spark__materialized_rows() %}{{ return('') }}{% endmacro %}


{#- The opposite: a CTE that only names a part of a table, read in place by each that uses it. -#}
{% macro inlined_cte() %}{{ return(adapter.dispatch('inlined_cte', 'mlmon')()) }}{% endmacro %}

{% macro default__inlined_cte() %}{{ return('') }}{% endmacro %}

{% macro duckdb__inlined_cte() %}{{ return('not materialized') }}{% endmacro %}
