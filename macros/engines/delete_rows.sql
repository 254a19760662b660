{#- Deletes the rows of a table that meet a condition, within the transaction that is open. For engines whose tables know no DELETE. -#}
{% macro delete_rows(relation, condition) %}{{ return(adapter.dispatch('delete_rows', 'mlmon')(relation, condition)) }}{% endmacro %}

{% macro default__delete_rows(relation, condition) %}
    {%- call statement('delete', auto_begin=true) -%}
        delete from {{ relation }} where {{ condition }}
    {%- endcall -%}
{% endmacro %}

{% macro databricks__delete_rows(relation, condition) %}{{ return(mlmon.default__delete_rows(relation, condition)) }}{% endmacro %}

{% macro spark__delete_rows(relation, condition) %}
    {%- set columns = mlmon.columns_by_relation(relation) -%}
    {%- do mlmon.replace_partitions(relation, mlmon.stage_rows(relation, relation, columns, [condition]), columns) -%}
{% endmacro %}


{#- What a person can send to delete rows of a table that is only appended to. -#}
{% macro delete_text(relation, condition) %}{{ return(adapter.dispatch('delete_text', 'mlmon')(relation, condition)) }}{% endmacro %}

{% macro default__delete_text(relation, condition) %}{{ return('delete from ' ~ relation ~ ' where ' ~ condition) }}{% endmacro %}

{% macro spark__delete_text(relation, condition) %}{{ return('drop table ' ~ relation ~ ', which the next run makes anew') }}{% endmacro %}

{% macro databricks__delete_text(relation, condition) %}{{ return(mlmon.default__delete_text(relation, condition)) }}{% endmacro %}
