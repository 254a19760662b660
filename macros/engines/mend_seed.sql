{#- SQL around the load of a seed (`when`: before or after), where the adapter loads it wrongly. -#}
{% macro mend_seed(when) %}{{ return(adapter.dispatch('mend_seed', 'mlmon')(when)) }}{% endmacro %}

{% macro default__mend_seed(when) %}{{ return('') }}{% endmacro %}

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
