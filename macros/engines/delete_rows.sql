{#- Deletes the rows of a table that meet a condition, within the transaction that is open. For engines whose tables know no DELETE. -#}
{% macro delete_rows(relation, condition) %}{{ return(adapter.dispatch('delete_rows', 'mlmon')(relation, condition)) }}{% endmacro %}

{% macro default__delete_rows(relation, condition) %}
    {%- call statement('delete', auto_begin=true) -%}
        delete from {{ relation }} where {{ condition }}
    {%- endcall -%}
{% endmacro %}
