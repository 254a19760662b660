{#- Appends deliveries to mlmon_deliveries. `rows`: mappings with its columns; texts are quoted by the adapter. -#}
{% macro mlmon_record_deliveries(rows) %}
    {%- if rows -%}
        {%- set columns = mlmon.table_columns('mlmon_deliveries') -%}
        {%- set query -%}
            insert into {{ mlmon.model_relation('mlmon_deliveries') }} ({{ columns | map('first') | join(', ') }})
            {% for row in rows -%}
            select
                {%- for name, type in columns %}
                cast({{ mlmon.text_literal(row.get(name)) }} as {{ mlmon.sql_type(type) }}){{ "," if not loop.last }}
                {%- endfor %}
            {{ "union all" if not loop.last }}
            {% endfor %}
        {%- endset -%}
        {%- call statement('record', auto_begin=true) -%}{{ query }}{%- endcall -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
{% endmacro %}
