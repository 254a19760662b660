{#- SQL around the load of a seed (`when`: before or after), where the adapter loads it wrongly. -#}
{% macro mend_seed(when) %}{{ return(adapter.dispatch('mend_seed', 'mlmon')(when)) }}{% endmacro %}

{#- dbt empties a seed's table and fills it again, by position: one that an earlier version left, with other columns, is made anew before. -#}
{% macro default__mend_seed(when) %}
    {%- if execute and when == 'before' -%}
        {%- set existing = adapter.get_relation(this.database, this.schema, this.identifier) -%}
        {%- set table = load_agate_table() -%}
        {%- if existing is not none and existing.is_table
                and adapter.get_columns_in_relation(existing) | map(attribute='name') | map('lower') | list != table.column_names | map('lower') | list -%}
            {%- do adapter.drop_relation(existing) -%}
            {%- do create_csv_table(model, table) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}

{% macro databricks__mend_seed(when) %}{{ return('') }}{% endmacro %}

{#- dbt-spark's session method sends the text 'None' for an empty cell. As a number it is NULL, unless ANSI rules are on; as a text it has to be put right. -#}
{% macro spark__mend_seed(when) %}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- if when == 'before' -%}{{ return('set spark.sql.ansi.enabled = false') }}{%- endif -%}
    {%- set mended = this.incorporate(path={'identifier': this.identifier ~ '__mended'}, type='table') -%}
    {%- set columns = adapter.get_columns_in_relation(this) -%}
    {%- do run_query('reset spark.sql.ansi.enabled') -%}
    {%- do run_query('drop table if exists ' ~ mended) -%}
    {%- set texts = [] -%}
    {%- for column in columns -%}
        {%- do texts.append(('nullif(' ~ column.name ~ ", 'None') as " if column.dtype == 'string' else '') ~ column.name) -%}
    {%- endfor -%}
    {%- do run_query('create table ' ~ mended ~ ' using parquet as select ' ~ texts | join(', ') ~ ' from ' ~ this) -%}
    {%- do run_query('insert overwrite table ' ~ this ~ ' select * from ' ~ mended) -%}
    {{ return('drop table if exists ' ~ mended) }}
{% endmacro %}
