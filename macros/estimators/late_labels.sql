{#- CTEs of how late labels come: `coverage`, for each estimator the share of the predictions that ever have a label, in the reference or in the windows of `recent` (monitor,
    window_start), whose labels are complete; and over the latter `arrived`, for each age of a window of `bins` whose labels are still coming, how many of those of positives, of negatives, and of all have come by then. -#}
{% macro late_labels(bins, recent) -%}
-- which of the labels come at all, and how many of those have come so long after
coverage as (
    select estimators.estimator, {{ bins }}.monitor, cast(sum({{ bins }}.n_labelled) as {{ mlmon.sql_type('double') }}) / sum({{ bins }}.n_predictions) as share
    from {{ bins }}
    cross join estimators
    left join {{ recent }} on {{ recent }}.monitor = {{ bins }}.monitor and {{ recent }}.window_start = {{ bins }}.window_start
    where {{ bins }}.segment = 'overall' and {{ bins }}.model_version = 'all' and {{ mlmon.is_learned_from(bins, recent) }}
    group by estimators.estimator, {{ bins }}.monitor
),

label_ages as (
    select sums.monitor, sums.age_windows, sums.is_positive, cast(sum(sums.n) as {{ mlmon.sql_type('double') }}) as n
    from {{ ref('mlmon_label_age_sums') }} as sums
    inner join {{ recent }} on {{ recent }}.monitor = sums.monitor and {{ recent }}.window_start = sums.window_start
    where sums.segment = 'overall' and sums.model_version = 'all'
    group by sums.monitor, sums.age_windows, sums.is_positive
),

arrived as (
    select
        monitor, age_windows,
        sum(case when is_positive then n_arrived else 0 end) / nullif(sum(case when is_positive then n end), 0) as of_positive,
        sum(case when is_positive then 0 else n_arrived end) / nullif(sum(case when is_positive then 0 else n end), 0) as of_negative,
        sum(n_arrived) / nullif(sum(n), 0) as of_all
    from (
        select
            ages.monitor, ages.age_windows, label_ages.is_positive, label_ages.n,
            case
                when label_ages.age_windows <= ages.age_windows then label_ages.n
                when label_ages.age_windows = ages.age_windows + 1 then ages.age_part * label_ages.n
                else 0
            end as n_arrived
        from (
            select distinct monitor, age_windows, age_part
            from {{ bins }}
            where not is_mature
        ) as ages
        inner join label_ages on label_ages.monitor = ages.monitor
    ) as aged
    group by monitor, age_windows
)
{%- endmacro %}
