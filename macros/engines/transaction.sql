{#- Makes one transaction of the deletes and inserts that follow, where dbt's adapter does not by itself. BigQuery and Databricks have none over several
    statements: a run that dies between them is put right by the next, for the watermarks are written last. -#}
{% macro begin_transaction() %}{{ return(adapter.dispatch('begin_transaction', 'mlmon')()) }}{% endmacro %}

{% macro default__begin_transaction() %}{% endmacro %}

{% macro snowflake__begin_transaction() %}{% call statement('begin', auto_begin=false) %}begin{% endcall %}{% endmacro %}


{% macro commit_transaction() %}{{ return(adapter.dispatch('commit_transaction', 'mlmon')()) }}{% endmacro %}

{% macro default__commit_transaction() %}{% endmacro %}

{% macro snowflake__commit_transaction() %}{% call statement('commit', auto_begin=false) %}commit{% endcall %}{% endmacro %}


{#- Runs those hooks of a model that are to be outside of its transaction. -#}
{% macro run_hooks_outside(hooks) %}{{ return(adapter.dispatch('run_hooks_outside', 'mlmon')(hooks)) }}{% endmacro %}

{% macro default__run_hooks_outside(hooks) %}{{ run_hooks(hooks, inside_transaction=False) }}{% endmacro %}

{#- Where there is no transaction, dbt's `commit` before such hooks is an error. -#}
{% macro spark__run_hooks_outside(hooks) %}
    {%- for hook in hooks | selectattr('transaction', 'equalto', false) -%}
        {%- set rendered = render(hook.get('sql')) | trim -%}
        {%- if rendered -%}{%- call statement(auto_begin=false) -%}{{ rendered }}{%- endcall -%}{%- endif -%}
    {%- endfor -%}
{% endmacro %}

{% macro bigquery__run_hooks_outside(hooks) %}{{ return(mlmon.spark__run_hooks_outside(hooks)) }}{% endmacro %}
