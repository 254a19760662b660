{#- What to order sizes by, as SQL: rounded, for of equals the order must not hang on the order in which sums were added up. -#}
{% macro by_size(effect) %}{{ return('floor(' ~ effect ~ ' * 1000000000 + 0.5)') }}{% endmacro %}
