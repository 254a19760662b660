{#- SQL before a model's own that keeps the engine from bad plans; empty where it finds good ones by itself. Postgres has no statistics of what a CTE holds,
    takes it for a row or two, and loops over all pairs: it has to join by hash, in the order in which joins are written, for the rest of the transaction. -#}
{% macro planner_settings() %}{{ return(adapter.dispatch('planner_settings', 'mlmon')()) }}{% endmacro %}

{% macro default__planner_settings() %}{{ return('') }}{% endmacro %}

{% macro postgres__planner_settings() %}
    {{ return('set local enable_nestloop = off; set local enable_mergejoin = off; set local join_collapse_limit = 1') }}
{% endmacro %}

{% macro redshift__planner_settings() %}{{ return('') }}{% endmacro %}

{#- Spark plans the other side of a join once more for each partitioned table that the join could prune, and again within that: with a hundred joins it plans
    for minutes, and some of what it planned it then runs before the part that it waits for ("dynamicpruning has not finished"). -#}
{% macro spark__planner_settings() %}{{ return('set spark.sql.optimizer.dynamicPartitionPruning.enabled = false') }}{% endmacro %}

{% macro databricks__planner_settings() %}{{ return('') }}{% endmacro %}


{#- Says the same before the statements of a command, which no hook precedes; nothing where a command's queries need no word. It holds until the session ends. -#}
{% macro settle_session() %}{{ return(adapter.dispatch('settle_session', 'mlmon')()) }}{% endmacro %}

{% macro default__settle_session() %}{% endmacro %}

{% macro spark__settle_session() %}{%- call statement('settle_session') -%}{{ mlmon.planner_settings() }}{%- endcall -%}{% endmacro %}

{% macro databricks__settle_session() %}{% endmacro %}


{#- SQL after a model's own that tells the planner what a table holds, for the models that read it in the same run; empty where the engine knows. Postgres looks for itself a
    minute later, too late. -#}
{% macro gather_statistics(relation, materialized) %}{{ return(adapter.dispatch('gather_statistics', 'mlmon')(relation, materialized)) }}{% endmacro %}

{% macro default__gather_statistics(relation, materialized) %}{{ return('') }}{% endmacro %}

{% macro postgres__gather_statistics(relation, materialized) %}
    {{ return('' if materialized == 'view' else 'analyze ' ~ relation) }}
{% endmacro %}

{% macro redshift__gather_statistics(relation, materialized) %}{{ return('') }}{% endmacro %}

{#- Nothing is gathered; what `planner_settings` set is not to hold for the models of others in the session. -#}
{% macro spark__gather_statistics(relation, materialized) %}{{ return('reset spark.sql.optimizer.dynamicPartitionPruning.enabled') }}{% endmacro %}

{% macro databricks__gather_statistics(relation, materialized) %}{{ return('') }}{% endmacro %}
