{#- The columns of a relation, as dbt's Column objects. -#}
{% macro relation_columns(relation) %}{{ return(adapter.dispatch('relation_columns', 'mlmon')(relation)) }}{% endmacro %}

{% macro default__relation_columns(relation) %}
    {{ return(adapter.get_columns_in_relation(relation)) }}
{% endmacro %}

{#- A file read in place is not in the catalogue: DuckDB is asked what it sees. -#}
{% macro duckdb__relation_columns(relation) %}
    {%- set columns = [] -%}
    {%- for row in run_query("describe select * from " ~ relation).rows -%}
        {%- do columns.append(api.Column(row[0], row[1])) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}
