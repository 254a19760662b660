{#- Hellinger distance, in [0, 1]. Aggregate over groups. Source: Hellinger (1909). -#}
{% macro hellinger(pb, pa) %}
    {{ return('sqrt(sum((sqrt(' ~ pb ~ ') - sqrt(' ~ pa ~ ')) * (sqrt(' ~ pb ~ ') - sqrt(' ~ pa ~ '))) / 2)') }}
{% endmacro %}
