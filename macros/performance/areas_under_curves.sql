{#- What the areas under the ROC and the precision-recall curve are made of, as the CTE `name`: of each of `keys` the doubles n_ranked_positive, n_ranked_negative, pairs_in_order (of a positive and a
    negative; with equal scores, half), and precision_total, the sum over positives of the precision down to them. `source`: keys, bin, positives, negatives; bins in the order of their scores. -#}
{% macro areas_under_curves(name, source, keys) -%}
{%- set key, double = keys | join(', '), mlmon.sql_type('double') -%}
{{ name }}_order as (
    select
        {{ key }}, cast(positives as {{ double }}) as positives, cast(negatives as {{ double }}) as negatives,
        sum(negatives) over (partition by {{ key }} order by bin rows unbounded preceding) - negatives as negatives_below,
        sum(positives) over (partition by {{ key }} order by bin desc rows unbounded preceding) as positives_from_here,
        sum(positives + negatives) over (partition by {{ key }} order by bin desc rows unbounded preceding) as ranked_from_here
    from {{ source }}
),

{{ name }} as (
    select
        {{ key }}, sum(positives) as n_ranked_positive, sum(negatives) as n_ranked_negative,
        sum(positives * (negatives_below + negatives / 2.0)) as pairs_in_order,
        sum(positives * positives_from_here / nullif(ranked_from_here, 0)) as precision_total
    from {{ name }}_order
    group by {{ key }}
)
{%- endmacro %}
