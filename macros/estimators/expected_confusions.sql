{#- Confusion counts to be expected, by what labels say of each score bin, and the metrics of these, as CTEs up to `name_errors`: by estimator and window tp, fp, tn, fn, the metrics
    (`estimate_slopes`), each with its standard error `_error`, n_scored_predictions, and n_unlike. They are made of the CTEs `name_bins`, windows to estimate by score bin (mean_score, n_predictions,
    n_labelled, n_positive, n_selected, n_rejected, tp, fp, tn, fn, is_mature, age_windows; learned_bin, that of the labels that it learns from), and `name_labels`, of an estimator's series by bin
    (n labels, n_positive, score_total).
    `parts`: columns besides those of the window that both have, such as the class that is told from the rest. -#}
{% macro expected_confusions(name, parts=[]) -%}
{%- set key, series = mlmon.window_columns() + parts, mlmon.estimate_series() + parts -%}
{%- set part, whole = ['monitor', 'segment', 'segment_value'] + parts, ['monitor'] + parts -%}
{%- set window = 'partition by estimator, ' ~ key | join(', ') -%}
{{ mlmon.calibrated_rates(name, name ~ '_labels', ['estimator'] + series, "labels.model_version = 'all' and labels.segment = 'overall'") }},

-- the series that a bin's rate comes from: its own, that of its part in all versions, or that of the whole
{{ name }}_rated_bins as (
    select
        estimators.estimator, bins.*,
        coalesce(own.n, of_part.n, of_whole.n, 0) as n_calibration,
        coalesce({{ mlmon.rate_at('bins.mean_score', 'own') }}, {{ mlmon.rate_at('bins.mean_score', 'of_part') }}, {{ mlmon.rate_at('bins.mean_score', 'of_whole') }}, bins.mean_score) as rate
    from {{ name }}_bins as bins
    cross join estimators
    left join {{ name }}_rates as own
        on own.estimator = estimators.estimator and {{ mlmon.same_row('own', 'bins', series) }} and own.bin = bins.learned_bin
    left join {{ name }}_rates as of_part
        on of_part.estimator = estimators.estimator and {{ mlmon.same_row('of_part', 'bins', part) }} and of_part.model_version = 'all' and of_part.bin = bins.learned_bin
    left join {{ name }}_rates as of_whole
        on of_whole.estimator = estimators.estimator and {{ mlmon.same_row('of_whole', 'bins', whole) }} and of_whole.model_version = 'all' and of_whole.segment = 'overall'
        and of_whole.bin = bins.learned_bin
),

-- the predictions whose label is not known, how many of them will have one, and the share of positives among these
{{ name }}_waiting_bins as (
    select
        {{ name }}_rated_bins.*,
        case when {{ name }}_rated_bins.estimator = 'calibrated' then 0 else 1 end as counts_known,
        case
            when {{ name }}_rated_bins.estimator = 'calibrated' then 1
            when {{ name }}_rated_bins.is_mature then 0
            else {{ mlmon.at_most('coalesce(coverage.share, 1)', 1) }}
        end as labelled_share,
        case when {{ name }}_rated_bins.estimator = 'calibrated' then 0 else coalesce(arrived.of_positive, arrived.of_all, 0) end as arrived_positive,
        case when {{ name }}_rated_bins.estimator = 'calibrated' then 0 else coalesce(arrived.of_negative, arrived.of_all, 0) end as arrived_negative
    from {{ name }}_rated_bins
    left join coverage on coverage.estimator = {{ name }}_rated_bins.estimator and coverage.monitor = {{ name }}_rated_bins.monitor
    left join arrived on arrived.monitor = {{ name }}_rated_bins.monitor and arrived.age_windows = {{ name }}_rated_bins.age_windows
),

{{ name }}_expected_bins as (
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
    from {{ name }}_waiting_bins
),

-- confusion counts, those known and those expected
{{ name }}_expected_counts as (
    select
        *,
        counts_known * n_positive + n_waiting * late_share * positive_rate as positives,
        counts_known * (n_labelled - n_positive) + n_waiting * late_share * (1 - positive_rate) as negatives,
        counts_known * tp + n_waiting_selected * late_share * positive_rate as expected_tp,
        counts_known * fp + n_waiting_selected * late_share * (1 - positive_rate) as expected_fp,
        counts_known * tn + n_waiting_rejected * late_share * (1 - positive_rate) as expected_tn,
        counts_known * fn + n_waiting_rejected * late_share * positive_rate as expected_fn
    from {{ name }}_expected_bins
),

-- beside what each bin says, what they say together
{{ name }}_ranked_bins as (
    select
        *,
        {%- for side, of in {'positive': 'positives', 'negative': 'negatives', 'tp': 'expected_tp', 'fp': 'expected_fp', 'tn': 'expected_tn', 'fn': 'expected_fn'}.items() %}
        sum({{ of }}) over ({{ window }}) as whole_{{ side }},
        {%- endfor %}
        sum(negatives) over ({{ window }} order by bin rows unbounded preceding) - negatives as negatives_below,
        sum(positives) over ({{ window }} order by bin desc rows unbounded preceding) - positives as positives_above
    from {{ name }}_expected_counts
),

{{ name }}_wholes as (
    select
        estimator, {{ key | join(', ') }}, learned_bin,
        n_predictions, n_calibration, n_waiting, n_waiting_selected, n_waiting_rejected, late_share, positive_rate, rate_variance,
        positives, negatives, negatives_below, positives_above,
        whole_tp as tp, whole_fp as fp, whole_tn as tn, whole_fn as fn, whole_positive as n_positive, whole_negative as n_negative,
        whole_tp / nullif(whole_tp + whole_fp, 0) as {{ mlmon.metric_column('precision') }},
        whole_tp / nullif(whole_tp + whole_fn, 0) as recall,
        whole_tn / nullif(whole_tn + whole_fp, 0) as specificity,
        2 * whole_tp / nullif(2 * whole_tp + whole_fp + whole_fn, 0) as f1,
        (whole_tp + whole_tn) / nullif(whole_tp + whole_fp + whole_tn + whole_fn, 0) as accuracy,
        sum(positives * (negatives_below + negatives / 2)) over ({{ window }}) / nullif(whole_positive * whole_negative, 0) as roc_auc
    from {{ name }}_ranked_bins
),

-- by how much a metric changes with one more positive, or negative, among the selected and among the others
{{ name }}_slopes as (
    select
        {%- for metric, slope in mlmon.estimate_slopes(name ~ '_wholes').items() %}
        {%- for place, expression in slope.items() %}
        {{ expression }} as {{ metric }}_{{ place }},
        {%- endfor %}
        {%- endfor %}
        {{ name }}_wholes.late_share * {{ name }}_wholes.positive_rate as p_positive, {{ name }}_wholes.late_share * (1 - {{ name }}_wholes.positive_rate) as p_negative,
        {{ name }}_wholes.*
    from {{ name }}_wholes
),

-- of predictions whose label may come, as a positive or as a negative, and of the rates, of which each may be that of several bins
{{ name }}_errors_by_rate as (
    select
        {%- for metric, slope in mlmon.estimate_slopes(name ~ '_wholes').items() %}
        {%- set places = ['any'] if 'any_positive' in slope else ['selected', 'rejected'] %}
        sum({{ mlmon.label_variance(metric, places) }}) + max(rate_variance) * {{ mlmon.square('sum(late_share * (' ~ mlmon.slope_of_rate(metric, places) ~ '))') }} as {{ metric }}_variance,
        max({{ mlmon.metric_column(metric) }}) as {{ mlmon.metric_column(metric) }},
        {%- endfor %}
        max(tp) as tp, max(fp) as fp, max(tn) as tn, max(fn) as fn,
        sum(n_predictions) as n_scored_predictions,
        sum(case when n_calibration < 10 then n_predictions else 0 end) as n_unlike,
        estimator, {{ key | join(', ') }}
    from {{ name }}_slopes
    group by estimator, {{ key | join(', ') }}, learned_bin
),

{{ name }}_errors as (
    select
        {%- for metric in mlmon.estimate_slopes(name ~ '_wholes') %}
        {#- never below 0 but by rounding #}
        sqrt(abs(sum({{ metric }}_variance))) as {{ metric }}_error,
        max({{ mlmon.metric_column(metric) }}) as {{ mlmon.metric_column(metric) }},
        {%- endfor %}
        max(tp) as tp, max(fp) as fp, max(tn) as tn, max(fn) as fn, sum(n_scored_predictions) as n_scored_predictions, sum(n_unlike) as n_unlike,
        estimator, {{ key | join(', ') }}
    from {{ name }}_errors_by_rate
    group by estimator, {{ key | join(', ') }}
)
{%- endmacro %}
