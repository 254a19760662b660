{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'to_judge'}) }}
{{ mlmon.table_layout() }}
{%- set key = mlmon.window_columns() %}
{%- set metrics = mlmon.declared_metrics().performance.metrics %}
{%- set keys = key | join(', ') %}
-- depends_on: {{ ref('mlmon_new_watermarks') }}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
with outcomes as (
    select outcomes.*
    from {{ ref('mlmon_outcomes') }} as outcomes
    inner join (
        {{ mlmon.configured_segments() }}
    ) as declared on declared.monitor = outcomes.monitor and declared.segment = outcomes.segment
    {{- mlmon.only_windows_to_judge('outcomes') }}
),

score_bins as (
    select monitor, bin, max(upper) as upper
    from {{ ref('mlmon_bins') }}
    where column_role = 'score'
    group by monitor, bin
),

-- positives and negatives in order of the score, of the predictions whose score counts
ordered as (
    select
        {{ keys }}, n_positive as positives, n_labelled - n_positive as negatives,
        sum(n_labelled - n_positive) over (partition by {{ keys }} order by bin rows unbounded preceding) - (n_labelled - n_positive) as negatives_below,
        sum(n_positive) over (partition by {{ keys }} order by bin desc rows unbounded preceding) as positives_from_here,
        sum(n_labelled) over (partition by {{ keys }} order by bin desc rows unbounded preceding) as labelled_from_here
    from outcomes
    where bin not in ('null', 'invalid')
),

areas as (
    select
        {{ keys }},
        sum(positives) as n_positive, sum(negatives) as n_negative,
        sum(positives * (negatives_below + negatives / 2.0)) as pairs_in_order,
        sum(cast(positives as {{ mlmon.sql_type('double') }}) * positives_from_here / nullif(labelled_from_here, 0)) as precision_total
    from ordered
    group by {{ keys }}
),

calibration as (
    select {{ keys }}, sum(abs(observed - expected)) as gap, sum(n_scored) as n_scored
    from (
        select
            {% for name in key %}outcomes.{{ name }}, {% endfor %}
            case
                {%- for edge in range(1, 10) %}
                when score_bins.upper <= {{ edge / 10 }} then {{ edge }}
                {%- endfor %}
                else 10
            end as tenth,
            sum(outcomes.n_positive) as observed, sum(outcomes.score_total) as expected, sum(outcomes.n_scored) as n_scored
        from outcomes
        left join score_bins on score_bins.monitor = outcomes.monitor and score_bins.bin = outcomes.bin
        where outcomes.bin not in ('null', 'invalid') and outcomes.n_scored > 0
        group by {% for name in key %}outcomes.{{ name }}, {% endfor %} tenth
    ) as tenths
    group by {{ keys }}
),

totals as (
    select
        {{ keys }},
        sum(n_predictions) as n_predictions, sum(n_labelled) as n_labelled, sum(n_positive) as n_positive, sum(n_selected) as n_selected,
        cast(sum(tp) as {{ mlmon.sql_type('double') }}) as tp,
        cast(sum(fp) as {{ mlmon.sql_type('double') }}) as fp,
        cast(sum(tn) as {{ mlmon.sql_type('double') }}) as tn,
        cast(sum(fn) as {{ mlmon.sql_type('double') }}) as fn,
        cast(sum(n_scored) as {{ mlmon.sql_type('double') }}) as n_scored,
        cast(sum(log_loss_total) as {{ mlmon.sql_type('double') }}) as log_loss_total,
        cast(sum(squared_error_total) as {{ mlmon.sql_type('double') }}) as squared_error_total
    from outcomes
    group by {{ keys }}
),

sums as (
    select
        totals.*,
        areas.n_positive as n_ranked_positive, areas.n_negative as n_ranked_negative,
        cast(areas.n_positive as {{ mlmon.sql_type('double') }}) * areas.n_negative as n_pairs,
        areas.pairs_in_order, areas.precision_total,
        calibration.gap as calibration_gap, calibration.n_scored as n_calibrated
    from totals
    left join areas on {{ mlmon.same_row('areas', 'totals', key) }}
    left join calibration on {{ mlmon.same_row('calibration', 'totals', key) }}
),

rates as (
    select
        sums.*,
        {{ mlmon.metric_values(metrics) }}
    from sums
),

derived as (
    select *, sqrt({{ mlmon.auc_variance('roc_auc', 'n_ranked_positive', 'n_ranked_negative') }}) as roc_auc_error
    from rates
)

select
    {% for name in key %}rates.{{ name }}, {% endfor %}
    rates.n_predictions, rates.n_labelled, rates.label_coverage,
    {{ mlmon.matures_at('rates.window_end', 'monitors.maturity_seconds') }} <= newest.newest_timestamp as is_mature,
    rates.tp, rates.fp, rates.tn, rates.fn,
    {% for metric in metrics if metric.labels != 'arrival' %}rates.{{ mlmon.metric_column(metric.metric) }}, {% endfor %}
    {% for name in ['mae', 'rmse', 'mape', 'r2', 'bias'] %}cast(null as {{ mlmon.sql_type('double') }}) as {{ name }}, {% endfor %}
    {{ mlmon.wilson_intervals(metrics) }},
    {{ mlmon.at_least('(rates.roc_auc - 1.959963984540054 * rates.roc_auc_error)', 0) }} as roc_auc_low,
    {{ mlmon.at_most('(rates.roc_auc + 1.959963984540054 * rates.roc_auc_error)', 1) }} as roc_auc_high
from derived as rates
inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = rates.monitor
left join (
    {{ mlmon.newest_timestamps() }}
) as newest on newest.monitor = rates.monitor
