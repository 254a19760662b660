{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'checks'}) }}
{{ mlmon.table_layout() }}
{%- set key = 'monitor, model_version, window_start, window_end, is_reference, segment, segment_value' %}
{%- set series = mlmon.series_key(without=['model_version']) %}
{%- set deciding = [] %}
{%- for spec in mlmon.monitors() if spec.predictions.get('prediction') %}{% do deciding.append(mlmon.text_literal(spec.name)) %}{% endfor %}
-- depends_on: {{ ref('mlmon_scope') }}
with judged_values as (
    select
        measured.*, monitors.reference_start, monitors.pooled_windows, monitors.min_rows, monitors.has_labels,
        {{ mlmon.phase('monitors.' ~ mlmon.reserved_name('window'), 'measured.window_start') }} as phase
    from {{ ref('mlmon_values') }} as measured
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = measured.monitor
    {{- mlmon.in_scope('measured') }}
    where not measured.is_reference
        and (measured.model_version = 'all' or monitors.judges_versions)
),

-- where far fewer labels have come than was usual, those that have are another population: nothing that rests on them is judged
thin_windows as (
    {{ mlmon.thin_windows('judged_values', ref('mlmon_baselines'), ref('mlmon_monitors')) }}
),

measured_values as (
    select judged_values.*, coalesce(judged_values.is_realised and thin_windows.monitor is not null, false) as is_thin
    from judged_values
    left join thin_windows on {{ mlmon.same_row('thin_windows', 'judged_values', ['monitor', 'model_version', 'window_start', 'segment', 'segment_value']) }}
),

-- verdicts by a threshold that the user wrote
written as (
    select
        {% for name in key.split(', ') %}measured.{{ name }}, {% endfor %}
        measured.family, measured.subject, measured.column_role, measured.metric, measured.value, measured.n, measured.is_final, measured.is_thin,
        baselines.baseline,
        {{ mlmon.threshold_verdict('measured.value', 'thresholds') }},
        {{ mlmon.threshold_is_clean('measured.value', 'baselines.baseline', 'thresholds') }} as is_clean
    from measured_values as measured
    inner join {{ ref('mlmon_thresholds') }} as thresholds
        on thresholds.monitor = measured.monitor and thresholds.family = measured.family and thresholds.metric = measured.metric
        and coalesce(thresholds.subject, measured.subject) = measured.subject and not thresholds.is_off
    left join {{ ref('mlmon_baselines') }} as baselines on {{ mlmon.same_row('baselines', 'measured', series) }} and baselines.phase = -1
),

-- default verdicts: what the catalogue judges, unless the user judges it or switched it off
candidates as (
    select
        {% for name in key.split(', ') %}measured.{{ name }}, {% endfor %}
        measured.family, measured.subject, measured.column_role, measured.metric, measured.value, measured.n, measured.is_final, measured.is_thin, measured.standard_error,
        case when measured.metric in ({{ mlmon.text_literals(mlmon.pooled_metrics()) }}) then measured.pooled_windows else 1 end as span_windows,
        rules.verdict, rules.higher_is_better, rules.alpha, rules.warn_size, rules.error_size, rules.min_rows,
        phased.phase,
        -- the same day or hour of the week where the reference has enough of them
        {%- for name in ['baseline', 'median_value', 'median_deviation', 'dispersion', 'mean_value', 'spread', 'mean_log', 'spread_log', 'usual_n', 'df', 'n_windows'] %}
        case when phased.phase is not null then phased.{{ name }} else baselines.{{ name }} end as {{ name }},
        {%- endfor %}
        case when phased.phase is not null then phased.n else baselines.n end as baseline_n
    from measured_values as measured
    inner join {{ ref('mlmon_rules') }} as rules
        on rules.monitor = measured.monitor and rules.family = measured.family and rules.metric = measured.metric
        and coalesce(rules.subject, measured.subject) = measured.subject
    left join {{ ref('mlmon_thresholds') }} as thresholds
        on thresholds.monitor = measured.monitor and thresholds.family = measured.family and thresholds.metric = measured.metric
        and coalesce(thresholds.subject, measured.subject) = measured.subject
    left join {{ ref('mlmon_baselines') }} as baselines on {{ mlmon.same_row('baselines', 'measured', series) }} and baselines.phase = -1
    left join {{ ref('mlmon_baselines') }} as phased
        on {{ mlmon.same_row('phased', 'measured', series) }} and phased.phase = measured.phase and phased.phase >= 0
    where thresholds.monitor is null
        and (measured.metric <> 'label_coverage' or measured.has_labels)
        and (measured.family <> 'drift' or measured.column_role in ('feature', 'score', 'prediction'))
        -- scores that are NULL or invalid are counted by invalid_score_rate; a decision that mlmon takes itself is NULL where the score is
        and (
            rules.verdict <> 'share_rise' or measured.family <> 'drift' or measured.column_role = 'feature'
            or (measured.column_role = 'prediction' and (measured.metric = 'unseen_rate' or measured.monitor in ({{ deciding | join(', ') or "''" }})))
        )
),

-- the errors that chance and the spread between reference windows give to each difference. Fewer rows than usual scatter more
errors as (
    select
        *,
        case when higher_is_better = 0 then -1 else 1 end as better,
        dispersion * (1 + {{ mlmon.ratio('n', 'baseline_n') }}) as inflation,
        sqrt(coalesce({{ mlmon.at_least('(usual_n / nullif(n, 0))', 1) }}, 1) + {{ mlmon.ratio('1', 'n_windows') }}) as by_count,
        sqrt(1 + {{ mlmon.ratio('1.57', 'n_windows') }})
        * case when median_value is not null then greatest(1.4826 * coalesce(median_deviation, 0), sqrt(greatest(median_value, 0)), 0.02 * median_value, 1) end as band_error
    from candidates
),

-- a share that grew, whatever the verdict calls it: what was missed for a performance metric. One that was never seen in the reference has a chance all the same
shares as (
    select
        *,
        {{ mlmon.missed_share('metric', 'value') }} as share,
        {{ mlmon.at_least('(' ~ mlmon.missed_share('metric', 'baseline') ~ ')', mlmon.ratio('1', '(baseline_n + 1)')) }} as usual_share
    from errors
),

-- how far a number went in the bad direction (effect), and how surely (z)
effects as (
    select
        *,
        case verdict
            when 'relative_drop' then (baseline - value) / nullif(abs(baseline), 0)
            when 'kpi' then better * (baseline - value) / nullif(abs(baseline), 0)
            when 'relative_rise' then (value - baseline) / nullif(abs(baseline), 0)
            when 'share_rise' then value - baseline
            when 'share_drop' then baseline - value
            when 'share_shift' then {{ mlmon.odds_shift('value', 'n', 'baseline', 'baseline_n') }}
            when 'ratio_bound' then warn_size - value
            when 'seasonal_band' then abs(value - median_value) / nullif(median_value, 0)
        end as effect,
        case
            when metric in ({{ mlmon.text_literals(mlmon.metrics_with('interval', 'auc')) }}) then (baseline - value) / nullif(standard_error * sqrt(inflation), 0)
            when verdict in ('relative_drop', 'share_rise', 'share_drop') or (verdict = 'share_shift' and value >= baseline)
                then {{ mlmon.binomial_to_normal('(share * n / inflation)', '(n / inflation)', '(' ~ mlmon.at_most('usual_share', '1 - 1e-9') ~ ')') }}
            when verdict = 'share_shift'
                then {{ mlmon.binomial_to_normal('((1 - value) * n / inflation)', '(n / inflation)', '(' ~ mlmon.at_least('1 - usual_share', mlmon.ratio('1', '(baseline_n + 1)')) ~ ')') }}
            when verdict = 'kpi' then {{ mlmon.student_to_normal('(better * (mean_value - value) / nullif(spread * by_count, 0))', 'df') }}
            when verdict = 'relative_rise'
                then {{ mlmon.student_to_normal('(case when value > 0 then (ln(value) - mean_log) / ((' ~ mlmon.at_least('spread_log', '0.02') ~ ') * by_count) end)', 'df') }}
            -- half a case where a group has none: the logarithm of 0 is no number
            when verdict = 'ratio_bound' then ln(warn_size / ({{ mlmon.at_least('value', mlmon.ratio('0.5', 'n')) }})) / nullif(standard_error, 0)
            when verdict = 'seasonal_band' then {{ mlmon.student_to_normal('(abs(value - median_value) / band_error)', 'df') }}
        end as z,
        case when verdict = 'seasonal_band' then median_value >= min_rows else n >= min_rows end as has_rows
    from shares
),

-- drift is judged by the shape of what is there: its effect beyond chance and beyond what the reference's own windows show, and its p-value
drift_tests as (
    {%- for suffix in ['', '_pooled'] %}
    select
        drift.monitor, drift.model_version, drift.window_start, drift.segment, drift.segment_value,
        {{ mlmon.column_subject('drift') }} as subject, drift.column_role,
        'psi_excess{{ suffix }}' as metric, drift.shape_n{{ suffix }} as n_judged, drift.shape_n_reference as n_reference,
        drift.effect{{ suffix }} as drift_effect, drift.shape_dispersion as dispersion, drift.p_value_even{{ suffix }} as p_value
    from {{ ref('mlmon_drift') }} as drift
    where {{ mlmon.near_scope('drift') }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

tested as (
    select
        {% for name in key.split(', ') %}effects.{{ name }}, {% endfor %}
        effects.family, effects.subject, effects.column_role, effects.metric, effects.value, effects.n, effects.baseline, effects.median_value, effects.verdict, effects.higher_is_better,
        effects.alpha, effects.warn_size, effects.error_size, effects.min_rows, effects.span_windows, effects.n_windows, effects.phase, effects.is_final, effects.is_thin, effects.has_rows,
        case when effects.verdict = 'drift' then drift_tests.drift_effect else effects.effect end as effect,
        case
            when effects.verdict = 'drift' then drift_tests.dispersion
            when effects.verdict in ('relative_drop', 'share_rise', 'share_drop', 'share_shift') then effects.dispersion
        end as dispersion,
        case
            when not effects.is_final or effects.is_thin or not effects.has_rows then null
            when effects.verdict = 'drift'
                then case when drift_tests.n_judged >= effects.min_rows and drift_tests.n_reference >= effects.min_rows then drift_tests.p_value end
            when effects.verdict = 'seasonal_band' then 2 * ({{ mlmon.normal_tail('effects.z') }})
            when effects.verdict = 'share_shift' then {{ mlmon.at_most('2 * (' ~ mlmon.normal_tail('effects.z') ~ ')', '1.0') }}
            else {{ mlmon.normal_tail('effects.z') }}
        end as p_value
    from effects
    left join drift_tests
        on effects.verdict = 'drift' and {{ mlmon.same_row('drift_tests', 'effects', mlmon.series_key(without=['family']) + ['window_start']) }}
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
        min(p_by_rank) over ({{ tests }} {{ by_p }} rows between current row and unbounded following) as least_p
    from ranked
),

with_q as (
    select *, case when p_value is null then null when least_p > 1 then 1.0 else least_p end as q_value
    from corrected
)

select
    {{ key }}, family, subject, column_role, metric, value, baseline, warn_threshold, error_threshold,
    {{ mlmon.double_literal(none) }} as q_value,
    {{ mlmon.threshold_status() }} as status,
    n, {{ mlmon.double_literal(none) }} as p_value, 'threshold' as verdict, effect,
    {{ mlmon.double_literal(none) }} as alpha, {{ mlmon.double_literal(none) }} as min_effect, {{ mlmon.double_literal(none) }} as min_effect_error,
    cast(null as {{ dbt.type_bigint() }}) as min_rows, cast(null as {{ dbt.type_bigint() }}) as span_windows,
    cast(null as {{ dbt.type_bigint() }}) as baseline_windows, cast(null as {{ dbt.type_bigint() }}) as baseline_phase, {{ mlmon.double_literal(none) }} as dispersion,
    side, is_clean,
    case when is_thin and is_final then 'thin_labels' when not is_final and (is_thin or not (is_warn or is_error)) then 'not_mature' end as reason
from written
union all
select
    {{ key }}, family, subject, column_role, metric, value, baseline,
    {{ mlmon.default_bound('warn_size') }} as warn_threshold,
    {{ mlmon.default_bound('error_size') }} as error_threshold,
    q_value,
    {{ mlmon.default_status() }} as status,
    n, p_value, verdict, effect,
    alpha, {{ mlmon.default_effect('warn_size') }} as min_effect, {{ mlmon.default_effect('error_size') }} as min_effect_error,
    cast(min_rows as {{ dbt.type_bigint() }}) as min_rows, cast(span_windows as {{ dbt.type_bigint() }}) as span_windows,
    cast(case when verdict not in ('drift', 'ratio_bound') then n_windows end as {{ dbt.type_bigint() }}) as baseline_windows,
    cast(phase as {{ dbt.type_bigint() }}) as baseline_phase, dispersion,
    {{ mlmon.default_side() }} as side,
    {{ mlmon.default_is_clean() }} as is_clean,
    case
        when q_value is not null and effect is not null then null
        when not is_final then 'not_mature'
        when is_thin then 'thin_labels'
        when not has_rows then 'few_rows'
        else 'no_baseline'
    end as reason
from with_q
