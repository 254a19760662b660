{#- A query that several others in a model's statement read -> what to select from in its place, as a query. Where an engine plans a CTE once for each reader, and a CTE of CTEs
    once for each path to it, the rows go to a table `<model>__<name>` until the model is built. The query must not read CTEs of the model. -#}
{% macro computed_once(name, query) %}{{ return(adapter.dispatch('computed_once', 'mlmon')(name, query)) }}{% endmacro %}

{% macro default__computed_once(name, query) %}{{ return(query) }}{% endmacro %}

{#- With nothing to replace the model's statement does not run, and this one need not. -#}
{% macro spark__computed_once(name, query) %}
    {%- if not execute or model is not defined or flags.WHICH not in ['build', 'run'] or mlmon.nothing_to_judge() -%}{{ return(query) }}{%- endif -%}
    {%- set relation = this.incorporate(path={'identifier': this.identifier ~ '__' ~ name}, type='table') -%}
    {%- do mlmon.settle_session() -%}
    {%- call statement('drop_computed') -%}drop table if exists {{ relation }}{%- endcall -%}
    {%- call statement('computed_once') -%}create table {{ relation }} using parquet as {{ query }}{%- endcall -%}
    {%- do mlmon.drop_computed(this, query) -%}
    {{ return('select * from ' ~ relation) }}
{% endmacro %}

{% macro databricks__computed_once(name, query) %}{{ return(query) }}{% endmacro %}


{#- Drops the tables of `computed_once` that a query of the model reads. -#}
{% macro drop_computed(relation, query) %}
    {%- for name in modules.re.findall(relation.identifier ~ '__[a-z_]+', query or '') | unique -%}
        {%- call statement('drop_computed') -%}drop table if exists {{ relation.incorporate(path={'identifier': name}, type='table') }}{%- endcall -%}
    {%- endfor -%}
{% endmacro %}


{#- Whether the model replaces the windows to judge and there are none: its statement would insert no row. -#}
{% macro nothing_to_judge() %}
    {{ return(config.get('meta', {}).get('mlmon_replaces') in ['to_judge', 'checks'] and not mlmon.is_rebuild()
        and run_query('select 1 from ' ~ ref('mlmon_windows_to_judge') ~ ' limit 1').rows | length == 0) }}
{% endmacro %}
