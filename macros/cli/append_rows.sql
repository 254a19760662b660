{#- Appends rows to a table that is written by the command line. `rows`: mappings with its columns; texts are quoted by the adapter. -#}
{% macro append_rows(model_name, rows) %}
    {%- if rows -%}
        {%- do mlmon.check_session() -%}
        {%- set columns = mlmon.table_columns(model_name) -%}
        {%- set relation = mlmon.built_table(model_name) -%}
        {#- a table from an older version of the package lacks what came later -#}
        {%- do mlmon.add_new_columns(relation, columns) -%}
        {%- set texts = [] -%}
        {%- for row in rows -%}
            {%- set text = {} -%}
            {%- for name, type in columns -%}{%- do text.update({name: none if row.get(name) is none else row[name] | string}) -%}{%- endfor -%}
            {%- do texts.append(text) -%}
        {%- endfor -%}
        {%- set query -%}
            insert into {{ relation }} ({{ columns | map('first') | join(', ') }})
            {{ mlmon.literal_rows(dict(columns), texts) }}
        {%- endset -%}
        {%- call statement('record', auto_begin=true) -%}{{ query }}{%- endcall -%}
        {%- do mlmon.commit() -%}
    {%- endif -%}
{% endmacro %}
