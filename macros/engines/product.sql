{#- The product of two doubles of which squares can be made. -#}
{% macro product(first, second) %}{{ return(adapter.dispatch('product', 'mlmon')(first, second)) }}{% endmacro %}

{% macro default__product(first, second) %}{{ return('(' ~ first ~ ') * (' ~ second ~ ')') }}{% endmacro %}

{#- Postgres stops at a product that is too small for a double. -#}
{% macro postgres__product(first, second) %}
    {{ return('case when ' ~ first ~ ' is null or ' ~ second ~ ' is null then null when abs(' ~ first ~ ') < 1e-150 or abs(' ~ second ~ ') < 1e-150 then 0 else ' ~ mlmon.default__product(first, second) ~ ' end') }}
{% endmacro %}

{% macro redshift__product(first, second) %}{{ return(mlmon.default__product(first, second)) }}{% endmacro %}
