{#- The columns of a table of mlmon's -> names in lower case. -#}
{% macro known_columns(relation) %}{{ return(adapter.dispatch('known_columns', 'mlmon')(relation)) }}{% endmacro %}

{% macro default__known_columns(relation) %}
    {{ return(adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list) }}
{% endmacro %}

{#- One question about all tables: a run asks for some forty, and each question takes as long as a small model. -#}
{% macro duckdb__known_columns(relation) %}
    {{ return(mlmon.once('columns_at_start').get(relation | string) or mlmon.default__known_columns(relation)) }}
{% endmacro %}


{#- The columns of all tables as they were when it was first asked -> {relation as SQL: names}. Tables made later are not in it. -#}
{% macro columns_at_start() %}
    {%- set columns = {} -%}
    {%- for row in run_query('select database_name, schema_name, table_name, lower(column_name) from duckdb_columns() where not internal').rows -%}
        {%- do columns.setdefault(api.Relation.create(database=row[0], schema=row[1], identifier=row[2]) | string, []).append(row[3]) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}
