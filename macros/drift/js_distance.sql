{#- Jensen-Shannon distance with logarithms to base 2, in [0, 1]: the square root of the divergence, as scipy.spatial.distance.jensenshannon(base=2).
    Aggregate over groups; NULL where the reference is empty. A group's term is never negative but by rounding.
    Source: Endres and Schindelin (2003). -#}
{% macro js_distance(pb, pa) %}
    {%- set mean = '((' ~ pb ~ ' + ' ~ pa ~ ') / 2)' -%}
    {%- set b = 'case when ' ~ pb ~ ' > 0 then ' ~ pb ~ ' * ln(' ~ pb ~ ' / ' ~ mean ~ ') else 0 end' -%}
    {%- set a = 'case when ' ~ pa ~ ' > 0 then ' ~ pa ~ ' * ln(' ~ pa ~ ' / ' ~ mean ~ ') else 0 end' -%}
    {%- set term = '((' ~ b ~ ') + (' ~ a ~ '))' -%}
    {{ return('sqrt(sum(case when ' ~ pa ~ ' is not null then ' ~ mlmon.at_least(term, 0) ~ ' end) / (2 * ln(2.0)))') }}
{% endmacro %}
