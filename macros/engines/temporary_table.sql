{#- A table of this session alone, from a query -> relation. -#}
{% macro temporary_table(name, query) %}{{ return(adapter.dispatch('temporary_table', 'mlmon')(name, query)) }}{% endmacro %}

{% macro default__temporary_table(name, query) %}
    {%- set relation = api.Relation.create(identifier=name, type='table') -%}
    {%- call statement('temporary_table') -%}{{ create_table_as(true, relation, query) }}{%- endcall -%}
    {{ return(relation.include(database=false, schema=false)) }}
{% endmacro %}

{#- With what `planner_settings` says to the planner, and with statistics for the next such table that reads it. -#}
{% macro postgres__temporary_table(name, query) %}
    {%- set relation = api.Relation.create(identifier=name, type='table') -%}
    {%- call statement('temporary_table') -%}{{ mlmon.planner_settings() }}; {{ create_table_as(true, relation, query) }}{%- endcall -%}
    {%- set relation = relation.include(database=false, schema=false) -%}
    {%- call statement('statistics') -%}analyze {{ relation }}{%- endcall -%}
    {{ return(relation) }}
{% endmacro %}

{% macro redshift__temporary_table(name, query) %}{{ return(mlmon.default__temporary_table(name, query)) }}{% endmacro %}

{#- Spark knows temporary views alone, and one that reads others is planned with all that they read. So a table of its own name is made, beside the
    monitoring tables. -#}
{% macro spark__temporary_table(name, query, storage='using parquet') %}
    {%- set relation = mlmon.built_table('mlmon_checks').incorporate(path={'identifier': name ~ '_' ~ invocation_id.replace('-', '_')}, type='table') -%}
    {%- do mlmon.settle_session() -%}
    {%- call statement('temporary_table') -%}create table {{ relation }} {{ storage }} as {{ query }}{%- endcall -%}
    {{ return(relation) }}
{% endmacro %}

{% macro databricks__temporary_table(name, query) %}{{ return(mlmon.spark__temporary_table(name, query, storage='')) }}{% endmacro %}


{#- Lets go of such tables before the session ends, where they would outlive it. -#}
{% macro drop_temporary(relations) %}{{ return(adapter.dispatch('drop_temporary', 'mlmon')(relations)) }}{% endmacro %}

{% macro default__drop_temporary(relations) %}{% endmacro %}

{% macro spark__drop_temporary(relations) %}
    {%- for relation in relations -%}
        {%- call statement('drop_temporary') -%}drop table if exists {{ relation }}{%- endcall -%}
    {%- endfor -%}
{% endmacro %}
