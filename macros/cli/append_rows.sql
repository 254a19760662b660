{#- Appends rows to a table that is written by the command line. `rows`: mappings with its columns; texts are quoted by the adapter. -#}
{% macro append_rows(model_name, rows) %}
    {%- if rows -%}
        {%- do mlmon.check_session() -%}
        {%- set columns = mlmon.table_columns(model_name) -%}
        {%- set relation = mlmon.built_table(model_name) -%}
        {#- a table from an older version of the package lacks what came later -#}
        {%- do mlmon.add_new_columns(relation, columns) -%}
        {%- set query -%}
            insert into {{ relation }} ({{ columns | map('first') | join(', ') }})
            {{ mlmon.literal_rows(dict(columns), rows) }}
        {%- endset -%}
        {%- call statement('record', auto_begin=true) -%}{{ query }}{%- endcall -%}
        {%- do mlmon.commit() -%}
    {%- endif -%}
{% endmacro %}
