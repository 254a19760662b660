{#- Sets a column of the rows of a table that meet a condition, within the transaction that is open. For engines whose tables know no UPDATE. -#}
{% macro update_rows(relation, column, value, condition) %}{{ return(adapter.dispatch('update_rows', 'mlmon')(relation, column, value, condition)) }}{% endmacro %}

{% macro default__update_rows(relation, column, value, condition) %}
    {%- call statement('update', auto_begin=true) -%}
        update {{ relation }} set {{ column }} = {{ value }} where {{ condition }}
    {%- endcall -%}
{% endmacro %}

{% macro databricks__update_rows(relation, column, value, condition) %}{{ return(mlmon.default__update_rows(relation, column, value, condition)) }}{% endmacro %}

{% macro spark__update_rows(relation, column, value, condition) %}
    {%- set columns = mlmon.columns_by_relation(relation) -%}
    {%- set values = {column: 'case when ' ~ condition ~ ' then ' ~ value ~ ' else ' ~ column ~ ' end'} -%}
    {%- do mlmon.replace_partitions(relation, mlmon.stage_rows(relation, relation, columns, [condition], values), columns) -%}
{% endmacro %}
