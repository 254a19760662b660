{#- Makes one transaction of the deletes and inserts that follow, where dbt's adapter does not by itself. BigQuery and Databricks have none over several
    statements: a run that dies between them is put right by the next, for the ledger is written last. -#}
{% macro begin_transaction() %}{{ return(adapter.dispatch('begin_transaction', 'mlmon')()) }}{% endmacro %}

{% macro default__begin_transaction() %}{% endmacro %}

{% macro snowflake__begin_transaction() %}{% call statement('begin', auto_begin=false) %}begin{% endcall %}{% endmacro %}


{% macro commit_transaction() %}{{ return(adapter.dispatch('commit_transaction', 'mlmon')()) }}{% endmacro %}

{% macro default__commit_transaction() %}{% endmacro %}

{% macro snowflake__commit_transaction() %}{% call statement('commit', auto_begin=false) %}commit{% endcall %}{% endmacro %}
