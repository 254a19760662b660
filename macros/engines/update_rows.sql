{#- Sets columns of the rows of a table that meet a condition, within the transaction that is open. For engines whose tables know no UPDATE. -#}
{% macro update_rows(relation, assignments, condition) %}{{ return(adapter.dispatch('update_rows', 'mlmon')(relation, assignments, condition)) }}{% endmacro %}

{% macro default__update_rows(relation, assignments, condition) %}
    {%- call statement('update', auto_begin=true) -%}
        update {{ relation }} set {{ assignments }} where {{ condition }}
    {%- endcall -%}
{% endmacro %}
