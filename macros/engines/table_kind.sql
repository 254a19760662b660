{#- How a table is made anew from a query: by dbt's own materialization, or on Spark by one that computes marked CTEs first. -#}
{% macro table_kind() %}{{ return(adapter.dispatch('table_kind', 'mlmon')()) }}{% endmacro %}

{% macro default__table_kind() %}{{ return('table') }}{% endmacro %}

{% macro spark__table_kind() %}{{ return('mlmon_table') }}{% endmacro %}

{% macro databricks__table_kind() %}{{ return('table') }}{% endmacro %}


{% materialization mlmon_table, adapter='spark' %}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- set existing = load_cached_relation(this) -%}
    {%- set staged = mlmon.stage_ctes(sql) -%}
    {%- if existing is not none -%}{%- do adapter.drop_relation(existing) -%}{%- endif -%}
    {%- call statement('main') -%}{{ create_table_as(false, target, staged.query) }}{%- endcall -%}
    {%- do mlmon.drop_computed(staged.tables) -%}
    {%- do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=true)) -%}
    {%- do persist_docs(target, model) -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
