{#- The CTE `uplifts`: areas under the Qini curve, which is how many more positives treating those with the highest scores gives, with as many of the others. It is 0 at 0;
    `random_area` is that of the line to its end; `perfect_area` is that of the treated positives first and the others' positives last. None where all were treated, or nobody.
    Radcliffe 2007, normalized as scikit-uplift does. -#}
{% macro qini_areas(source, keys) -%}
{%- set key, double = keys | join(', '), mlmon.sql_type('double') -%}
{%- set from_here = 'partition by ' ~ key ~ ' order by bin desc rows unbounded preceding' -%}
treated_order as (
    select
        {{ key }}, bin, n_labelled as n, n_treated_labelled as treated, cast(n_positive as {{ double }}) as positive,
        cast(n_treated_positive as {{ double }}) as treated_positive,
        sum(n_labelled) over ({{ from_here }}) as n_here,
        sum(n_positive) over ({{ from_here }}) as positive_here,
        sum(n_treated_labelled) over ({{ from_here }}) as treated_here,
        sum(n_treated_positive) over ({{ from_here }}) as treated_positive_here
    from {{ source }}
    where bin not in ('null', 'invalid') and n_treated_labelled is not null
),

gains as (
    select
        *,
        treated_positive_here
        - coalesce(cast(positive_here - treated_positive_here as {{ double }}) * treated_here / nullif(n_here - treated_here, 0), 0) as gain
    from treated_order
),

steps as (
    select *, coalesce(lag(gain) over (partition by {{ key }} order by bin desc), 0) as gain_before
    from gains
),

treated_sums as (
    select
        {{ key }}, sum(n) as n, sum(treated) as treated, sum(positive) as positive, sum(treated_positive) as treated_positive,
        sum(n * (gain + gain_before) / 2.0) as area, sum(gain - gain_before) as gain
    from steps
    group by {{ key }}
),

uplifts as (
    select
        {{ key }}, area as uplift_area, n * gain / 2 as random_area,
        treated_positive * treated_positive / 2 + (n - positive) * treated_positive + (positive - treated_positive) * (treated_positive + gain) / 2 as perfect_area
    from treated_sums
    where treated > 0 and treated < n
)
{%- endmacro %}


{#- Whether any monitor says which predictions were acted on. -#}
{% macro has_treatment() %}
    {%- for spec in mlmon.monitors() if spec.predictions.treatment -%}{{ return(true) }}{%- endfor -%}
    {{ return(false) }}
{% endmacro %}
