{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'checks'}) }}
{{ mlmon.table_layout() }}
{%- set key = 'monitor, model_version, window_start, window_end, is_reference, segment, segment_value' %}
-- depends_on: {{ ref('mlmon_scope') }}
with judged_values as (
    select
        measured.*, monitors.min_rows, monitors.reference_start,
        {{ mlmon.phase('monitors.' ~ mlmon.reserved_name('window'), 'measured.window_start') }} as phase
    from {{ ref('mlmon_values') }} as measured
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = measured.monitor
    {{- mlmon.in_scope('measured') }}
    where not measured.is_reference
        and (measured.model_version = 'all' or monitors.judges_versions)
),

-- verdicts by a threshold that the user wrote
written as (
    select
        {% for name in key.split(', ') %}measured.{{ name }}, {% endfor %}
        measured.family, measured.subject, measured.metric, measured.value, measured.n, measured.is_final,
        baselines.baseline,
        coalesce(case when measured.value < thresholds.warn_below then thresholds.warn_below end, thresholds.warn_above, thresholds.warn_below) as warn_threshold,
        coalesce(case when measured.value < thresholds.error_below then thresholds.error_below end, thresholds.error_above, thresholds.error_below) as error_threshold,
        coalesce(measured.value > thresholds.warn_above, false) or coalesce(measured.value < thresholds.warn_below, false) as is_warn,
        coalesce(measured.value > thresholds.error_above, false) or coalesce(measured.value < thresholds.error_below, false) as is_error,
        greatest(
            coalesce(measured.value - coalesce(thresholds.warn_above, thresholds.error_above), -1e300),
            coalesce(coalesce(thresholds.warn_below, thresholds.error_below) - measured.value, -1e300)
        ) as effect
    from judged_values as measured
    inner join {{ ref('mlmon_thresholds') }} as thresholds
        on thresholds.monitor = measured.monitor and thresholds.family = measured.family and thresholds.metric = measured.metric
        and coalesce(thresholds.subject, measured.subject) = measured.subject and not thresholds.is_off
    left join {{ ref('mlmon_baselines') }} as baselines
        on baselines.monitor = measured.monitor and baselines.segment = measured.segment and baselines.segment_value = measured.segment_value
        and baselines.family = measured.family and baselines.subject = measured.subject and baselines.metric = measured.metric and baselines.phase = -1
),

-- default verdicts: what the catalogue judges, unless the user judges it or switched it off
candidates as (
    select
        {% for name in key.split(', ') %}measured.{{ name }}, {% endfor %}
        measured.family, measured.subject, measured.metric, measured.value, measured.n, measured.is_final, measured.standard_error, measured.min_rows,
        catalog.verdict, catalog.default_warn, catalog.default_error,
        coalesce(phased.baseline, baselines.baseline) as baseline,
        coalesce(phased.n_windows, baselines.n_windows) as n_windows,
        coalesce(phased.median_value, baselines.median_value) as median_value,
        coalesce(phased.median_deviation, baselines.median_deviation) as median_deviation,
        baselines.n as baseline_n, baselines.dispersion, baselines.mean_value, baselines.spread, baselines.mean_log, baselines.spread_log,
        kpis.higher_is_better
    from judged_values as measured
    inner join {{ ref('mlmon_metric_catalog') }} as catalog
        on catalog.family = measured.family and catalog.metric = measured.metric and catalog.verdict is not null
    left join {{ ref('mlmon_thresholds') }} as thresholds
        on thresholds.monitor = measured.monitor and thresholds.family = measured.family and thresholds.metric = measured.metric
        and coalesce(thresholds.subject, measured.subject) = measured.subject
    left join {{ ref('mlmon_baselines') }} as baselines
        on baselines.monitor = measured.monitor and baselines.segment = measured.segment and baselines.segment_value = measured.segment_value
        and baselines.family = measured.family and baselines.subject = measured.subject and baselines.metric = measured.metric and baselines.phase = -1
    left join {{ ref('mlmon_baselines') }} as phased
        on phased.monitor = measured.monitor and phased.segment = measured.segment and phased.segment_value = measured.segment_value
        and phased.family = measured.family and phased.subject = measured.subject and phased.metric = measured.metric
        and phased.phase = measured.phase and phased.phase >= 0 and phased.n_windows >= 8
    left join (
        {{ mlmon.configured_kpis() }}
    ) as kpis on kpis.monitor = measured.monitor and kpis.kpi = measured.subject and measured.family = 'kpi'
    where thresholds.monitor is null
        and (catalog.family <> 'drift' or measured.detail in ('feature', 'score', 'prediction'))
        and (catalog.verdict <> 'share_rise' or measured.family <> 'drift' or measured.detail = 'feature')
),

-- the error that chance and the spread between reference windows give to each difference
errors as (
    select
        *,
        case when higher_is_better = 0 then -1 else 1 end as better,
        sqrt(dispersion) * case
            when metric = 'roc_auc' then standard_error
            else sqrt({{ mlmon.proportion_variance('metric', 'baseline') }} * ({{ mlmon.ratio('1', 'n') }} + {{ mlmon.ratio('1', 'baseline_n') }}))
        end as drop_error,
        -- a share that was never seen in the reference has a variance all the same
        sqrt(
            dispersion * {{ mlmon.proportion_variance('metric', 'greatest(baseline, ' ~ mlmon.ratio('1', '(baseline_n + 1)') ~ ')') }}
            * ({{ mlmon.ratio('1', 'n') }} + {{ mlmon.ratio('1', 'baseline_n') }})
        ) as rise_error,
        case when n_windows >= 8 then spread * sqrt(1 + {{ mlmon.ratio('1', 'n_windows') }}) end as spread_error,
        case when n_windows >= 8 then greatest(spread_log, 0.02) * sqrt(1 + {{ mlmon.ratio('1', 'n_windows') }}) end as log_error,
        case when n_windows >= 8 then sqrt(1 + {{ mlmon.ratio('1.57', 'n_windows') }}) end
        * greatest(1.4826 * median_deviation, sqrt(greatest(median_value, 0)), 0.02 * median_value, 1) as band_error
    from candidates
),

-- how far a number went in the bad direction (effect), and how surely (z)
effects as (
    select
        *,
        case verdict
            when 'drift' then value
            when 'relative_drop' then (baseline - value) / nullif(abs(baseline), 0)
            when 'kpi' then better * (baseline - value) / nullif(abs(baseline), 0)
            when 'relative_rise' then (value - baseline) / nullif(abs(baseline), 0)
            when 'share_rise' then value - baseline
            when 'ratio_bound' then default_warn - value
            when 'seasonal_band' then abs(value - median_value) / nullif(median_value, 0)
        end as effect,
        case verdict
            when 'relative_drop' then (baseline - value) / nullif(drop_error, 0)
            when 'share_rise' then (value - baseline) / nullif(rise_error, 0)
            when 'kpi' then better * (mean_value - value) / nullif(spread_error, 0)
            when 'relative_rise' then case when value > 0 then (ln(value) - mean_log) / log_error end
            -- half a case where a group has none: the logarithm of 0 is no number
            when 'ratio_bound' then ln(default_warn / greatest(value, {{ mlmon.ratio('0.5', 'n') }})) / nullif(standard_error, 0)
            when 'seasonal_band' then abs(value - median_value) / band_error
        end as z,
        case when verdict = 'seasonal_band' then median_value >= min_rows else n >= min_rows end as has_rows
    from errors
),

-- the p-value of drift is the column's own
drift_tests as (
    select
        drift.monitor, drift.model_version, drift.window_start, drift.segment, drift.segment_value, drift.column_name, drift.column_role,
        'psi_excess' as metric, drift.n_reference, case when drift.chi2_df = 0 then 1.0 else drift.p_value end as p_value
    from {{ ref('mlmon_drift') }} as drift
    where {{ mlmon.near_scope('drift') }}
    union all
    select
        drift.monitor, drift.model_version, drift.window_start, drift.segment, drift.segment_value, drift.column_name, drift.column_role,
        'psi_excess_pooled', drift.n_reference, case when drift.chi2_df_pooled = 0 then 1.0 else drift.p_value_pooled end
    from {{ ref('mlmon_drift') }} as drift
    where {{ mlmon.near_scope('drift') }}
),

tested as (
    select
        effects.*,
        case
            when not effects.is_final or not effects.has_rows then null
            when effects.verdict = 'drift' then case when drift_tests.n_reference >= effects.min_rows then drift_tests.p_value end
            when effects.verdict = 'seasonal_band' then 2 * ({{ mlmon.normal_tail('effects.z') }})
            else {{ mlmon.normal_tail('effects.z') }}
        end as p_value
    from effects
    left join drift_tests
        on effects.verdict = 'drift'
        and drift_tests.monitor = effects.monitor and drift_tests.model_version = effects.model_version
        and drift_tests.window_start = effects.window_start and drift_tests.segment = effects.segment
        and drift_tests.segment_value = effects.segment_value and drift_tests.column_name = effects.subject
        and drift_tests.column_role in ('feature', 'score', 'prediction') and drift_tests.metric = effects.metric
),

-- Benjamini and Hochberg (1995) over the tests of one monitor, window, family and kind of verdict. NULLs are ranked last and stay NULL.
{%- set tests = 'partition by monitor, model_version, window_start, family, verdict' %}
{%- set by_p = 'order by p_value nulls last, segment, segment_value, subject, metric' %}
ranked as (
    select
        *,
        p_value * count(p_value) over ({{ tests }}) / row_number() over ({{ tests }} {{ by_p }}) as p_by_rank
    from tested
),

corrected as (
    select
        *,
        least(1.0, min(p_by_rank) over ({{ tests }} {{ by_p }} rows between current row and unbounded following)) as least_p
    from ranked
),

with_q as (
    select *, case when p_value is not null then least_p end as q_value
    from corrected
)

select
    {{ key }}, family, subject, metric, value, baseline, warn_threshold, error_threshold,
    {{ mlmon.double_literal(none) }} as q_value,
    case when is_error then 'error' when is_warn then 'warn' when not is_final then 'insufficient_data' else 'ok' end as status,
    n, {{ mlmon.double_literal(none) }} as p_value, 'threshold' as verdict, effect
from written
union all
select
    {{ key }}, family, subject, metric, value, baseline,
    {{ mlmon.default_bound('default_warn') }} as warn_threshold,
    {{ mlmon.default_bound('default_error') }} as error_threshold,
    q_value,
    case
        when q_value is null or effect is null then 'insufficient_data'
        when q_value <= 0.01 and effect >= {{ mlmon.default_effect('default_error') }} then 'error'
        when q_value <= 0.01 and effect >= {{ mlmon.default_effect('default_warn') }} then 'warn'
        else 'ok'
    end as status,
    n, p_value, verdict, effect
from with_q
