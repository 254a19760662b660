{#- Whether a left join of few rows to many is as quick as one of many to few: the engine keeps the few in memory, on whichever side they are. -#}
{% macro joins_either_way() %}{{ return(adapter.dispatch('joins_either_way', 'mlmon')()) }}{% endmacro %}

{% macro default__joins_either_way() %}{{ return(true) }}{% endmacro %}

{#- Spark sends the right side of a left join to all workers, and never the left. -#}
{% macro spark__joins_either_way() %}{{ return(false) }}{% endmacro %}
