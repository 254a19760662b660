{#- How far a share went to either side: the odds of the larger over those of the smaller, less 1. A share of 0.2 that becomes 0.27, or one of 0.005 that becomes
    0.0075, has an effect of 0.5. Half a case stands for none, and for all. -#}
{% macro odds_shift(value, n, baseline, baseline_n) -%}
    {%- set odds = [] -%}
    {%- for share, count in [(value, n), (baseline, baseline_n)] -%}
        {%- set half = mlmon.ratio('0.5', count) -%}
        {%- do odds.append('((' ~ mlmon.at_least(share, half) ~ ') / (' ~ mlmon.at_least('1 - ' ~ share, half) ~ '))') -%}
    {%- endfor -%}
    case when {{ value }} >= {{ baseline }} then {{ odds[0] }} / {{ odds[1] }} else {{ odds[1] }} / {{ odds[0] }} end - 1
{%- endmacro %}


{#- The share on the side of `value` whose odds are 1 + size times those of the baseline, or that part of them. -#}
{% macro shifted_share(baseline, value, size) -%}
    case
        when {{ value }} < {{ baseline }} then {{ baseline }} / ({{ baseline }} + (1 - {{ baseline }}) * (1 + {{ size }}))
        else {{ baseline }} * (1 + {{ size }}) / (1 + {{ baseline }} * {{ size }})
    end
{%- endmacro %}
