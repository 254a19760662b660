{#- Values as one text, in an order, with commas between them. Aggregate. -#}
{% macro list_of(measure, order_by) %}{{ return(adapter.dispatch('list_of', 'mlmon')(measure, order_by)) }}{% endmacro %}

{% macro default__list_of(measure, order_by) %}
    {{ return(dbt.listagg(measure=measure, delimiter_text="','", order_by_clause='order by ' ~ order_by)) }}
{% endmacro %}

{#- dbt's own leaves the order to chance there. -#}
{% macro spark__list_of(measure, order_by) %}{{ return('listagg(' ~ measure ~ ", ',') within group (order by " ~ order_by ~ ')') }}{% endmacro %}
