{#- What a metric missed, as a share of its count: 1 less a share of something good; for one like F1, which is no share, 1 less the Jaccard index that it is a
    function of, whose count is tp + fp + fn. A metric that is a share of something bad is taken as it is. `metric`: SQL. -#}
{% macro missed_share(metric, value) -%}
    case
        when {{ metric }} in ({{ mlmon.text_literals(mlmon.metrics_with('share', 'jaccard')) }}) then 1 - {{ value }} / (2 - {{ value }})
        when {{ metric }} in ({{ mlmon.text_literals(mlmon.metrics_with('share', 'good')) }}) then 1 - {{ value }}
        else {{ value }}
    end
{%- endmacro %}


{#- The variance of a share times the count it rests on, at the share `p`: p (1 - p); for one like F1 by the delta method from the Jaccard index. -#}
{% macro proportion_variance(metric, p) %}
    {%- set is_jaccard = metric ~ ' in (' ~ mlmon.text_literals(mlmon.metrics_with('share', 'jaccard')) ~ ')' -%}
    {%- set variance = '(' ~ p ~ ' * (1 - ' ~ p ~ ') * case when ' ~ is_jaccard ~ ' then (2 - ' ~ p ~ ') * (2 - ' ~ p ~ ') / 2.0 else 1.0 end)' -%}
    {#- of a share that is 0 or 1 but for rounding there is none -#}
    {{ return('(case when ' ~ variance ~ ' <= 1e-12 then 0.0 else ' ~ variance ~ ' end)') }}
{% endmacro %}
