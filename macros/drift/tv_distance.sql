{#- Total variation distance, in [0, 1]: half the sum of absolute differences of shares. Aggregate over groups. -#}
{% macro tv_distance(pb, pa) %}{{ return('sum(abs(' ~ pb ~ ' - ' ~ pa ~ ')) / 2') }}{% endmacro %}
