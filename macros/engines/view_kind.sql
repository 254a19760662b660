{#- How a view is made: by dbt's own materialization, or on DuckDB by one that leaves alone what is there already. (On Postgres, a table that is made anew takes along the views
    that read it, and nearly all read one.) -#}
{% macro view_kind() %}{{ return(adapter.dispatch('view_kind', 'mlmon')()) }}{% endmacro %}

{% macro default__view_kind() %}{{ return('view') }}{% endmacro %}

{% macro duckdb__view_kind() %}{{ return('mlmon_view') }}{% endmacro %}


{#- A view that is made when its SQL, its grants, or the docs to persist are not those of the last time: most nights it is, and to bind a view of a hundred columns takes an engine as long as to answer a query. What
    it was made of is told by its comment, which goes when the view does; where `persist_docs` has put its own there, the view is made each time. -#}
{% materialization mlmon_view, adapter='duckdb' %}
    {%- set target = this.incorporate(type='view') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set docs = [config.get('persist_docs'), model.description, model.columns] if config.get('persist_docs') else none -%}
    {%- set made_of = 'mlmon: ' ~ local_md5(tojson([sql, mlmon.once('hash_of_columns'), config.get('grants'), docs])) -%}
    {%- do mlmon.run_hooks_outside(pre_hooks) -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none and existing.is_view and not should_full_refresh() and mlmon.view_comment(target) == made_of -%}
        {%- call noop_statement('main', 'OK') -%}{%- endcall -%}
    {%- else -%}
        {%- if existing is not none -%}{%- do adapter.drop_relation(existing) -%}{%- endif -%}
        {%- call statement('main') -%}{{ get_create_view_as_sql(target, sql) }}{%- endcall -%}
        {%- call statement('comment') -%}comment on view {{ target }} is {{ mlmon.text_literal(made_of) }}{%- endcall -%}
        {%- do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=true)) -%}
        {%- do persist_docs(target, model) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {%- do mlmon.run_hooks_outside(post_hooks) -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{#- The columns of all tables, in a few letters. -#}
{% macro hash_of_columns() %}{{ return(local_md5(tojson(mlmon.all_table_columns()))) }}{% endmacro %}


{#- The comment of a view; none where there is no comment, or no view. -#}
{% macro view_comment(relation) %}
    {%- set rows = run_query(
        'select comment from duckdb_views() where database_name = ' ~ mlmon.text_literal(relation.database) ~ ' and schema_name = ' ~ mlmon.text_literal(relation.schema)
        ~ ' and view_name = ' ~ mlmon.text_literal(relation.identifier)
    ).rows -%}
    {{ return(rows[0][0] if rows | length else none) }}
{% endmacro %}
