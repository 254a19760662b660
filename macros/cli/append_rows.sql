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
            {% for row in rows -%}
            select
                {%- for name, type in columns %}
                cast({{ mlmon.text_literal(row.get(name)) }} as {{ mlmon.sql_type(type) }}) as {{ name }}{{ "," if not loop.last }}
                {%- endfor %}
            {{ "union all" if not loop.last }}
            {% endfor %}
        {%- endset -%}
        {%- call statement('record', auto_begin=true) -%}{{ query }}{%- endcall -%}
        {%- do mlmon.commit() -%}
    {%- endif -%}
{% endmacro %}
