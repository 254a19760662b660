{{ config(materialized=mlmon.view_kind()) }}
{%- set key = mlmon.window_columns() %}
{%- set place = ['monitor', 'segment', 'segment_value', 'score_group'] %}
{%- set sums = ['n_scored', 'error_total', 'abs_error_total', 'squared_error_total'] %}
-- Where a regression is wrong: its errors by tenth of the reference's scores, beside those of the reference's windows.
with bins as (
    select
        monitor, psi_group as score_group, bin,
        case
            when count(lower) over (partition by monitor, psi_group) = count(*) over (partition by monitor, psi_group)
                then min(lower) over (partition by monitor, psi_group)
        end as score_from,
        case
            when count(upper) over (partition by monitor, psi_group) = count(*) over (partition by monitor, psi_group)
                then max(upper) over (partition by monitor, psi_group)
        end as score_to
    from {{ ref('mlmon_bins') }}
    where column_role = 'score'
),

by_group as (
    select
        {% for name in key %}outcomes.{{ name }}, {% endfor %}
        bins.score_group, max(bins.score_from) as score_from, max(bins.score_to) as score_to,
        sum(outcomes.n_scored) as n_scored, sum(outcomes.error_total) as error_total,
        sum(outcomes.abs_error_total) as abs_error_total, sum(outcomes.squared_error_total) as squared_error_total
    from {{ ref('mlmon_outcomes') }} as outcomes
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = outcomes.monitor and monitors.task = 'regression'
    {{ mlmon.only_declared_segments('outcomes') }}
    inner join bins on bins.monitor = outcomes.monitor and bins.bin = outcomes.bin
    where outcomes.n_scored > 0
    group by {% for name in key %}outcomes.{{ name }}, {% endfor %} bins.score_group
),

reference_groups as (
    select {{ place | join(', ') }}, {% for name in sums %}sum({{ name }}) as {{ name }}{{ ", " if not loop.last }}{% endfor %}
    from by_group
    where is_reference and model_version = 'all'
    group by {{ place | join(', ') }}
),

compared as (
    select
        by_group.*, reference_groups.n_scored as reference_n,
        {{ mlmon.ratio('by_group.error_total', 'by_group.n_scored') }} as bias,
        {{ mlmon.ratio('by_group.abs_error_total', 'by_group.n_scored') }} as mae,
        {{ mlmon.ratio('reference_groups.error_total', 'reference_groups.n_scored') }} as baseline_bias,
        {{ mlmon.ratio('reference_groups.abs_error_total', 'reference_groups.n_scored') }} as baseline_mae,
        {{ mlmon.squared_error_of_mean('by_group') }} as bias_variance,
        {{ mlmon.squared_error_of_mean('reference_groups') }} as baseline_variance
    from by_group
    left join reference_groups on {{ mlmon.same_row('reference_groups', 'by_group', place) }}
),

measured as (
    select
        {{ key | join(', ') }}, score_group, score_from, score_to, cast(n_scored as {{ dbt.type_bigint() }}) as n_scored,
        bias, mae, baseline_bias, baseline_mae, cast(reference_n as {{ dbt.type_bigint() }}) as baseline_n,
        (bias - baseline_bias) / nullif(sqrt(bias_variance + baseline_variance), 0) as z
    from compared
)

{{ mlmon.with_maturity('measured') }}
