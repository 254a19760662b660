{#- `union` of distinct rows: BigQuery wants the word. -#}
{% macro union_distinct() %}{{ return(adapter.dispatch('union_distinct', 'mlmon')()) }}{% endmacro %}

{% macro default__union_distinct() %}{{ return('union') }}{% endmacro %}

{% macro bigquery__union_distinct() %}{{ return('union distinct') }}{% endmacro %}
