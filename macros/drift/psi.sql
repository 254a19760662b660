{#- Population stability index, natural logarithm: sum (pb - pa) ln(pb / pa) over groups; shares floored at 1e-4 and not renormalised.
    `pb`, `pa`: the shares of the judged rows and of the reference. Aggregate; NULL where the reference is empty.
    Source: Siddiqi, Credit Risk Scorecards (2006). -#}
{% macro psi(pb, pa) %}
    {%- set b = '(' ~ mlmon.at_least(pb, '0.0001') ~ ')' -%}
    {%- set a = '(' ~ mlmon.at_least(pa, '0.0001') ~ ')' -%}
    {{ return('sum(case when ' ~ pa ~ ' is not null then (' ~ b ~ ' - ' ~ a ~ ') * ln(' ~ b ~ ' / ' ~ a ~ ') end)') }}
{% endmacro %}
