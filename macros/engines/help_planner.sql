{#- SQL that makes the rest of the transaction join by hash, in the order in which joins are written; empty where the engine finds good plans by itself.
    Postgres has no statistics of what a CTE holds, takes it for a row or two, and loops over all pairs. -#}
{% macro prefer_hash_joins() %}{{ return(adapter.dispatch('prefer_hash_joins', 'mlmon')()) }}{% endmacro %}

{% macro default__prefer_hash_joins() %}{{ return('') }}{% endmacro %}

{% macro postgres__prefer_hash_joins() %}
    {{ return('set local enable_nestloop = off; set local enable_mergejoin = off; set local join_collapse_limit = 1') }}
{% endmacro %}

{% macro redshift__prefer_hash_joins() %}{{ return('') }}{% endmacro %}


{#- SQL that tells the planner what a table holds, for the models that read it in the same run; empty where the engine knows. Postgres looks for itself a
    minute later, too late. -#}
{% macro gather_statistics(relation, materialized) %}{{ return(adapter.dispatch('gather_statistics', 'mlmon')(relation, materialized)) }}{% endmacro %}

{% macro default__gather_statistics(relation, materialized) %}{{ return('') }}{% endmacro %}

{% macro postgres__gather_statistics(relation, materialized) %}
    {{ return('' if materialized == 'view' else 'analyze ' ~ relation) }}
{% endmacro %}

{% macro redshift__gather_statistics(relation, materialized) %}{{ return('') }}{% endmacro %}
