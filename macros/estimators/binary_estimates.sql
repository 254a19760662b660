{#- Estimates of binary models, as CTEs up to `binary_bands`: expected confusion counts, by what labels say of each score bin, and the metrics of these. See estimated_tasks.sql. -#}
{% macro binary_estimates() -%}
{%- set key, series = mlmon.window_columns(), mlmon.estimate_series() -%}
{%- set metrics = mlmon.estimated_tasks().binary.metrics -%}
{%- set window = 'partition by estimator, ' ~ key | join(', ') -%}
binary_labels as {{ mlmon.materialized_cte() }} (
{{ mlmon.labelled_bins('binary', ['n_positive', 'score_total']) }}
),

{{ mlmon.calibrated_rates('binary_labels', ['estimator'] + series) }},

-- a series of few labels borrows from the whole
calibrated_series as (
    select estimator, {{ series | join(', ') }}
    from binary_labels
    group by estimator, {{ series | join(', ') }}
    having sum(n) >= {{ mlmon.calibration_rows() }} and sum(n_positive) >= 30 and sum(n - n_positive) >= 30
),

-- the series that a bin's rate comes from: its own, that of its part in all versions, or that of the whole
rated_bins as (
    select
        estimators.estimator, bins.*,
        coalesce(own.n, of_part.n, of_whole.n, 0) as n_calibration,
        coalesce({{ mlmon.rate_at('bins.mean_score', 'own') }}, {{ mlmon.rate_at('bins.mean_score', 'of_part') }}, {{ mlmon.rate_at('bins.mean_score', 'of_whole') }}, bins.mean_score) as rate
    from (
        select scored_bins.*, profile.total / nullif(profile.n, 0) as mean_score
        from scored_bins
        inner join {{ ref('mlmon_profile') }} as profile
            on {{ mlmon.same_row('profile', 'scored_bins', series + ['window_start', 'bin']) }} and profile.column_role = 'score'
        where scored_bins.task = 'binary' and not scored_bins.is_reference
    ) as bins
    cross join estimators
    left join calibrated_series as own_series on own_series.estimator = estimators.estimator and {{ mlmon.same_row('own_series', 'bins', series) }}
    left join calibrated_series as part_series
        on part_series.estimator = estimators.estimator and {{ mlmon.same_row('part_series', 'bins', ['monitor', 'segment', 'segment_value']) }} and part_series.model_version = 'all'
    left join calibrated_rates as own
        on {{ mlmon.same_row('own', 'own_series', ['estimator'] + series) }} and own.bin = bins.bin
    left join calibrated_rates as of_part
        on {{ mlmon.same_row('of_part', 'part_series', ['estimator'] + series) }} and of_part.bin = bins.bin
    left join calibrated_rates as of_whole
        on of_whole.estimator = estimators.estimator and of_whole.monitor = bins.monitor and of_whole.model_version = 'all' and of_whole.segment = 'overall'
        and of_whole.bin = bins.bin
),

-- the predictions whose label is not known, how many of them will have one, and the share of positives among these
waiting_bins as (
    select
        rated_bins.*,
        case when rated_bins.estimator = 'calibrated' then 0 else 1 end as counts_known,
        case
            when rated_bins.estimator = 'calibrated' then 1
            when rated_bins.is_mature then 0
            else {{ mlmon.at_most('coalesce(coverage.share, 1)', 1) }}
        end as labelled_share,
        case when rated_bins.estimator = 'calibrated' then 0 else coalesce(arrived.of_positive, 0) end as arrived_positive,
        case when rated_bins.estimator = 'calibrated' then 0 else coalesce(arrived.of_negative, 0) end as arrived_negative
    from rated_bins
    left join coverage on coverage.estimator = rated_bins.estimator and coverage.monitor = rated_bins.monitor
    left join arrived on arrived.monitor = rated_bins.monitor and arrived.age_windows = rated_bins.age_windows
),

expected_bins as (
    select
        *,
        n_predictions - counts_known * n_labelled as n_waiting,
        n_selected - counts_known * (tp + fp) as n_waiting_selected,
        n_rejected - counts_known * (tn + fn) as n_waiting_rejected,
        coalesce(
            labelled_share * (rate * (1 - arrived_positive) + (1 - rate) * (1 - arrived_negative))
            / nullif(1 - labelled_share * (rate * arrived_positive + (1 - rate) * arrived_negative), 0), 0
        ) as late_share,
        coalesce(rate * (1 - arrived_positive) / nullif(rate * (1 - arrived_positive) + (1 - rate) * (1 - arrived_negative), 0), rate) as positive_rate,
        -- a rate is not better known than its labels allow; Laplace's rule, so that 0 and 1 have an error
        (rate * n_calibration + 1) * ((1 - rate) * n_calibration + 1) / ((n_calibration + 2) * (n_calibration + 2) * (n_calibration + 1)) as rate_variance
    from waiting_bins
),

-- confusion counts, those known and those expected
expected_counts as (
    select
        *,
        counts_known * n_positive + n_waiting * late_share * positive_rate as positives,
        counts_known * (n_labelled - n_positive) + n_waiting * late_share * (1 - positive_rate) as negatives,
        counts_known * tp + n_waiting_selected * late_share * positive_rate as expected_tp,
        counts_known * fp + n_waiting_selected * late_share * (1 - positive_rate) as expected_fp,
        counts_known * tn + n_waiting_rejected * late_share * (1 - positive_rate) as expected_tn,
        counts_known * fn + n_waiting_rejected * late_share * positive_rate as expected_fn
    from expected_bins
),

-- beside what each bin says, what they say together
ranked_bins as (
    select
        *,
        {%- for name, of in {'positive': 'positives', 'negative': 'negatives', 'tp': 'expected_tp', 'fp': 'expected_fp', 'tn': 'expected_tn', 'fn': 'expected_fn'}.items() %}
        sum({{ of }}) over ({{ window }}) as whole_{{ name }},
        {%- endfor %}
        sum(negatives) over ({{ window }} order by bin rows unbounded preceding) - negatives as negatives_below,
        sum(positives) over ({{ window }} order by bin desc rows unbounded preceding) - positives as positives_above
    from expected_counts
),

wholes as (
    select
        estimator, {{ key | join(', ') }},
        n_predictions, n_calibration, n_waiting, n_waiting_selected, n_waiting_rejected, late_share, positive_rate, rate_variance,
        positives, negatives, negatives_below, positives_above,
        whole_tp as tp, whole_fp as fp, whole_tn as tn, whole_fn as fn, whole_positive as n_positive, whole_negative as n_negative,
        whole_tp / nullif(whole_tp + whole_fp, 0) as {{ mlmon.metric_column('precision') }},
        whole_tp / nullif(whole_tp + whole_fn, 0) as recall,
        whole_tn / nullif(whole_tn + whole_fp, 0) as specificity,
        2 * whole_tp / nullif(2 * whole_tp + whole_fp + whole_fn, 0) as f1,
        (whole_tp + whole_tn) / nullif(whole_tp + whole_fp + whole_tn + whole_fn, 0) as accuracy,
        sum(positives * (negatives_below + negatives / 2)) over ({{ window }}) / nullif(whole_positive * whole_negative, 0) as roc_auc
    from ranked_bins
),

-- by how much a metric changes with one more positive, or negative, among the selected and among the others
slopes as (
    select
        {%- for metric, slope in mlmon.estimate_slopes('wholes').items() %}
        {%- for part, expression in slope.items() %}
        {{ expression }} as {{ metric }}_{{ part }},
        {%- endfor %}
        {%- endfor %}
        wholes.late_share * wholes.positive_rate as p_positive, wholes.late_share * (1 - wholes.positive_rate) as p_negative,
        wholes.*
    from wholes
),

-- of predictions whose label may come, as a positive or as a negative, and of the rates
errors as (
    select
        {%- for metric, slope in mlmon.estimate_slopes('wholes').items() %}
        {{ mlmon.estimate_error(metric, ['any'] if 'any_positive' in slope else ['selected', 'rejected']) }} as {{ metric }}_error,
        max({{ mlmon.metric_column(metric) }}) as {{ mlmon.metric_column(metric) }},
        {%- endfor %}
        max(tp) as tp, max(fp) as fp, max(tn) as tn, max(fn) as fn,
        sum(n_predictions) as n_scored_predictions,
        sum(case when n_calibration < 10 then n_predictions else 0 end) as n_unlike,
        estimator, {{ key | join(', ') }}
    from slopes
    group by estimator, {{ key | join(', ') }}
),

binary_bands as (
    select
        {%- for metric in metrics %}
        {{ mlmon.at_least('(' ~ mlmon.metric_column(metric) ~ ' - 1.959963984540054 * ' ~ metric ~ '_error)', 0) }} as {{ metric }}_low,
        {{ mlmon.at_most('(' ~ mlmon.metric_column(metric) ~ ' + 1.959963984540054 * ' ~ metric ~ '_error)', 1) }} as {{ metric }}_high,
        {%- endfor %}
        {{ mlmon.value_of_counts('errors') }} as business_value,
        errors.*
    from errors
)
{%- endmacro %}
