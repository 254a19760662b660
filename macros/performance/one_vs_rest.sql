{#- CTEs over the sums by predicted class and label: `class_rates`, each class against the rest, and `class_areas`, its areas under the curves. -#}
{% macro one_vs_rest(source, keys, by_score) -%}
{%- set key = keys | join(', ') -%}
{%- set double = mlmon.sql_type('double') -%}
pairs as (
    select {{ key }}, class, label, cast(sum(n_predictions) as {{ double }}) as n, cast(sum(tp) as {{ double }}) as tp
    from {{ source }}
    where bin = 'all' and class is not null
    group by {{ key }}, class, label
),

sides as (
    select {{ key }}, class, n as n_predicted, case when label is not null then n else 0 end as n_judged, 0 as n_positive, tp
    from pairs
    union all
    select {{ key }}, label as class, 0 as n_predicted, 0 as n_judged, n as n_positive, 0 as tp
    from pairs
    where label is not null
),

class_counts as (
    select
        {{ key }}, class, sum(n_predicted) as n_predicted, sum(n_judged) as n_judged, sum(n_positive) as n_positive, sum(tp) as tp,
        sum(sum(n_judged)) over (partition by {{ key }}) as n_whole
    from sides
    group by {{ key }}, class
),

class_rates as (
    select
        class_counts.*,
        tp / nullif(n_judged, 0) as class_precision,
        tp / nullif(n_positive, 0) as class_recall,
        2 * tp / nullif(n_judged + n_positive, 0) as class_f1,
        n_whole - n_judged - n_positive + tp as tn,
        (n_whole - n_judged - n_positive + tp) / nullif(n_whole - n_positive, 0) as class_specificity
    from class_counts
)
{%- if by_score %},

class_positives as (
    select {{ key }}, class, bin, n_scored as positives, n_ranked - n_scored as negatives
    from {{ source }}
    where bin <> 'all'
),

{{ mlmon.areas_under_curves('pairs_of_class', 'class_positives', keys + ['class']) }},

class_areas as (
    select
        areas.*,
        pairs_in_order / nullif(n_ranked_positive * n_ranked_negative, 0) as class_roc_auc,
        precision_total / nullif(n_ranked_positive, 0) as class_pr_auc
    from pairs_of_class as areas
)
{%- endif %}
{%- endmacro %}
