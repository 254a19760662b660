{#- Puts the rows of `parts`, selects that give `columns`, where the rows are that this run replaces (`conditions`: see `replaced_rows`), or all of them
    (`rebuild`) -> the table as it was, to be dropped when all is done, or none. For engines that cannot delete rows. -#}
{% macro fill_windows(target, existing, rebuild, columns, conditions, parts) %}{{ return(adapter.dispatch('fill_windows', 'mlmon')(target, existing, rebuild, columns, conditions, parts)) }}{% endmacro %}

{% macro default__fill_windows(target, existing, rebuild, columns, conditions, parts) %}
    {%- if rebuild -%}
        {%- set building = target.incorporate(path={'identifier': target.identifier ~ '__building'}) -%}
        {%- do drop_relation_if_exists(load_cached_relation(building) or building) -%}
        {%- call statement('create') -%}
            {{ create_table_as(false, building, mlmon.empty_rows(model.name)) }}
        {%- endcall -%}
        {#- A transaction of its own: DuckDB 2.0.0 hides rows (until the next checkpoint) that a transaction inserted into a table which it
            created itself, if another transaction went on meanwhile. -#}
        {%- do mlmon.commit() -%}
        {%- do mlmon.begin_transaction() -%}
    {%- else -%}
        {%- set building = target -%}
        {%- do mlmon.add_new_columns(target, columns) -%}
        {%- do mlmon.begin_transaction() -%}
        {%- do mlmon.lock_table(target) -%}
        {%- for condition in conditions -%}
            {%- do mlmon.delete_rows(target, condition) -%}
        {%- endfor -%}
    {%- endif -%}

    {%- if mlmon.planner_settings() -%}
        {%- call statement('settings') -%}{{ mlmon.planner_settings() }}{%- endcall -%}
    {%- endif -%}
    {%- for part in parts -%}
        {%- call statement('main') -%}{{ mlmon.insert_part(building, columns, part) }}{%- endcall -%}
    {%- endfor -%}
    {%- if rebuild -%}
        {#- the config `indexes`, after the rows -#}
        {%- do create_indexes(building) -%}
    {%- endif -%}
    {%- do mlmon.commit_transaction() -%}

    {%- if not rebuild -%}{{ return(none) }}{%- endif -%}
    {%- set backup = none -%}
    {%- if existing is not none -%}
        {%- set backup = existing.incorporate(path={'identifier': target.identifier ~ '__replaced'}) -%}
        {%- do drop_relation_if_exists(load_cached_relation(backup) or backup) -%}
        {%- do adapter.rename_relation(existing, backup) -%}
    {%- endif -%}
    {%- do adapter.rename_relation(building, target) -%}
    {{ return(backup) }}
{% endmacro %}

{% macro databricks__fill_windows(target, existing, rebuild, columns, conditions, parts) %}
    {{ return(mlmon.default__fill_windows(target, existing, rebuild, columns, conditions, parts)) }}
{% endmacro %}

{#- Rows to replace are staged, and then take the place of their partitions: see `replace_partitions`. -#}
{% macro spark__fill_windows(target, existing, rebuild, columns, conditions, parts) %}
    {%- if existing is not none and existing.type != 'table' -%}
        {%- do adapter.drop_relation(existing) -%}
        {%- set existing = none -%}
    {%- endif -%}
    {%- if existing is not none -%}{%- do mlmon.add_new_columns(target, columns) -%}{%- endif -%}
    {%- if existing is none or conditions -%}
        {%- set staged = mlmon.stage_rows(target, existing, columns, conditions) -%}
        {%- for part in parts -%}
            {%- do mlmon.insert_computed(staged, columns, part) -%}
        {%- endfor -%}
        {%- if existing is not none and not rebuild -%}{%- do mlmon.stage_neighbours(target, staged, columns) -%}{%- endif -%}
        {%- do mlmon.replace_partitions(target, staged, columns) -%}
        {#- the hook of the model looks for its table, and dbt learns of new ones after the hooks -#}
        {%- if existing is none -%}{%- do adapter.cache_added(target) -%}{%- endif -%}
    {%- else -%}
        {%- for part in parts -%}
            {%- do mlmon.insert_computed(target, columns, part) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(none) }}
{% endmacro %}


{#- Inserts the rows of a query whose marked CTEs are computed first. -#}
{% macro insert_computed(relation, columns, part) %}
    {%- set staged = mlmon.stage_ctes(part) -%}
    {%- call statement('main') -%}{{ mlmon.insert_part(relation, columns, staged.query, mlmon.spark_partitions(columns)) }}{%- endcall -%}
    {%- do mlmon.drop_computed(staged.tables) -%}
{% endmacro %}


{#- An insert of the rows of a query in the types of the table. `derived`: columns of the engine's own, {name: SQL over the others}. -#}
{% macro insert_part(relation, columns, part, derived={}) -%}
    {%- set types = mlmon.once('sql_types') -%}
    insert into {{ relation }} ({{ (columns | map('first') | list + derived | list) | join(', ') }})
    select {% for name, type in columns %}cast({{ name }} as {{ types[type] }}) as {{ name }}{{ ", " if not loop.last }}{% endfor %}
    {%- for name, expression in derived.items() %}, {{ expression }} as {{ name }}{% endfor %} from (
        {{ part }}
    ) as mlmon_rows
{%- endmacro %}


{#- The statement that adds a column to a table. -#}
{% macro add_column(relation, name, type) %}{{ return(adapter.dispatch('add_column', 'mlmon')(relation, name, type)) }}{% endmacro %}

{% macro default__add_column(relation, name, type) %}{{ return('alter table ' ~ relation ~ ' add column ' ~ name ~ ' ' ~ mlmon.sql_type(type)) }}{% endmacro %}

{% macro spark__add_column(relation, name, type) %}{{ return('alter table ' ~ relation ~ ' add columns (' ~ name ~ ' ' ~ mlmon.sql_type(type) ~ ')') }}{% endmacro %}
