{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'checks'}) }}
{{ mlmon.table_layout() }}
{%- set keys = mlmon.window_columns() %}
{%- set key = keys | join(', ') %}
{%- set deciding = [] %}
{%- for spec in mlmon.monitors() if spec.predictions.get('prediction') %}{% do deciding.append(mlmon.text_literal(spec.name)) %}{% endfor %}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
-- depends_on: {{ ref('mlmon_value') }}
with judged_values as (
    select
        measured.*, monitors.reference_start, monitors.pooled_windows, monitors.min_rows, monitors.has_labels,
        {{ mlmon.phase_of('measured') }} as phase
    from {{ mlmon.judged_relation(ref('mlmon_measured')) }} as measured
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = measured.monitor
    {{- mlmon.only_windows_to_judge('measured', judged=true) }}
    -- by name, so that a planner makes no rows of what nothing judges
    where not measured.is_reference and measured.metric in ({{ mlmon.text_literals(mlmon.judged_metrics()) }})
        and {{ mlmon.is_judged_version('measured', 'monitors') }}
),

judged_windows as (
    select calendar.monitor, calendar.window_start
    from {{ ref('mlmon_calendar') }} as calendar
    {{- mlmon.only_windows_to_judge('calendar', judged=true) }}
),

baselines as {{ mlmon.materialized_cte() }} (
    {{ mlmon.baselines_by_phase(ref('mlmon_baselines'), ref('mlmon_moving_baselines'), 'judged_windows', ref('mlmon_monitors')) }}
),

-- where far fewer labels have come than was usual, those that have are another population: nothing that rests on them is judged
thin_windows as (
    {{ mlmon.thin_windows('judged_values', 'baselines', ref('mlmon_monitors')) }}
),

measured_values as {{ mlmon.materialized_cte() }} (
    select
        judged_values.*,
        coalesce(judged_values.is_realised and thin_windows.monitor is not null, false) as is_thin,
        {{ mlmon.is_not_trusted('judged_values') }} as is_not_trusted
    from judged_values
    left join thin_windows on {{ mlmon.same_row('thin_windows', 'judged_values', ['monitor', 'model_version', 'window_start', 'segment', 'segment_value', 'compared_to']) }}
),

-- verdicts by a threshold that the user wrote
written as (
    select
        {% for name in keys %}measured.{{ name }}, {% endfor %}
        measured.family, measured.subject, measured.column_role, measured.metric, measured.compared_to, measured.value, measured.n, measured.is_final, measured.is_thin, measured.is_not_trusted,
        baselines.whole_baseline as baseline,
        {{ mlmon.threshold_verdict('measured.value', 'rules') }},
        {{ mlmon.threshold_is_clean('measured.value', mlmon.returns_to(), 'rules') }} as is_clean
    from measured_values as measured
    {{ mlmon.join_rules(ref('mlmon_rules'), 'measured') }} and rules.verdict = 'threshold'
    left join baselines on {{ mlmon.is_its_baseline('baselines', 'measured', 'measured.phase') }}
    where {{ mlmon.is_judged_beside('rules', 'measured') }}
),

drift_tests as (
    {%- for suffix in ['', '_pooled'] %}
    select
        drift.monitor, drift.model_version, drift.window_start, drift.segment, drift.segment_value,
        {{ mlmon.column_subject('drift') }} as subject, drift.column_role,
        'psi_excess{{ suffix }}' as metric, drift.compared_to, drift.shape_n{{ suffix }} as drift_n, drift.shape_n_reference as drift_n_reference,
        drift.effect{{ suffix }} as drift_effect, drift.shape_dispersion as drift_dispersion, drift.p_value_sparse{{ suffix }} as drift_p_value
    from {{ ref('mlmon_drift') }} as drift
    where {{ mlmon.near_windows_to_judge('drift') }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

-- default verdicts: what the catalogue judges, unless the user judges it or switched it off
candidates as (
    select
        {% for name in keys %}measured.{{ name }}, {% endfor %}
        measured.family, measured.subject, measured.column_role, measured.metric, measured.compared_to, measured.value, measured.n, measured.is_final, measured.is_thin, measured.is_not_trusted, measured.standard_error,
        case when measured.metric in ({{ mlmon.text_literals(mlmon.pooled_metrics()) }}) then measured.pooled_windows else 1 end as span_windows,
        rules.verdict, rules.higher_is_better, rules.alpha, rules.warn_size, rules.error_size, rules.min_rows,
        {% for name in ['baseline_phase', 'baseline', 'baseline_n', 'median_value', 'median_deviation', 'dispersion', 'mean_value', 'spread', 'mean_log', 'spread_log', 'usual_n', 'df', 'n_windows'] %}baselines.{{ name }}, {% endfor %}
        drift_tests.drift_n, drift_tests.drift_n_reference, drift_tests.drift_effect, drift_tests.drift_dispersion, drift_tests.drift_p_value
    from measured_values as measured
    {{ mlmon.join_rules(ref('mlmon_rules'), 'measured') }} and rules.verdict not in ('threshold', 'off')
    left join baselines on {{ mlmon.is_its_baseline('baselines', 'measured', 'measured.phase') }}
    left join drift_tests
        on rules.verdict = 'drift' and {{ mlmon.same_row('drift_tests', 'measured', mlmon.series_key(without=['family']) + ['window_start']) }}
    where {{ mlmon.is_judged_beside('rules', 'measured') }}
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

-- kept apart from what is computed of it: a planner that puts each expression in place of its name would have them many times over
effects as {{ mlmon.materialized_cte() }} (
    select
        *,
        {{ mlmon.by_verdict('effect') }} as effect,
        {{ mlmon.by_verdict('z') }} as z,
        {{ mlmon.by_verdict('enough') }} as has_rows
    from shares
),

tested as {{ mlmon.materialized_cte() }} (
    select
        {{ key }}, family, subject, column_role, metric, compared_to, value, n, baseline, median_value, verdict, higher_is_better,
        alpha, warn_size, error_size, min_rows, span_windows, n_windows, baseline_phase, is_final, is_thin, is_not_trusted, has_rows, effect,
        {{ mlmon.by_verdict('dispersion') }} as dispersion,
        case when is_final and not is_thin and has_rows then {{ mlmon.by_verdict('p_value') }} end as p_value
    from effects
),

judged as (
    {{ mlmon.judge('tested') }}
)

select
    {{ key }}, family, subject, column_role, metric, compared_to, value, baseline, warn_threshold, error_threshold,
    {{ mlmon.double_literal(none) }} as q_value,
    {{ mlmon.threshold_status() }} as status,
    n, {{ mlmon.double_literal(none) }} as p_value, 'threshold' as verdict, effect,
    {{ mlmon.double_literal(none) }} as alpha, {{ mlmon.double_literal(none) }} as min_effect, {{ mlmon.double_literal(none) }} as min_effect_error,
    cast(null as {{ dbt.type_bigint() }}) as min_rows, cast(null as {{ dbt.type_bigint() }}) as span_windows,
    cast(null as {{ dbt.type_bigint() }}) as baseline_windows, cast(null as {{ dbt.type_bigint() }}) as baseline_phase, {{ mlmon.double_literal(none) }} as dispersion,
    side, is_clean,
    case when is_not_trusted then 'not_trusted' when is_thin and is_final then 'thin_labels' when not is_final and (is_thin or not (is_warn or is_error)) then 'not_mature' end as reason
from written
union all
select
    {{ key }}, family, subject, column_role, metric, compared_to, value, baseline, warn_threshold, error_threshold, q_value, status,
    n, p_value, verdict, effect, alpha, min_effect, min_effect_error,
    cast(min_rows as {{ dbt.type_bigint() }}) as min_rows, cast(span_windows as {{ dbt.type_bigint() }}) as span_windows,
    cast(case when verdict in ({{ mlmon.kinds_with('against', 'windows') }}) then n_windows end as {{ dbt.type_bigint() }}) as baseline_windows,
    cast(baseline_phase as {{ dbt.type_bigint() }}) as baseline_phase, dispersion, side, is_clean,
    case
        when q_value is not null and effect is not null then null
        when is_not_trusted then 'not_trusted'
        when not is_final then 'not_mature'
        when is_thin then 'thin_labels'
        when not has_rows then 'few_rows'
        else 'no_baseline'
    end as reason
from judged
