{#- The verdicts that other settings would have given, as a query with the columns that found_incidents needs: from the stored checks (their p-values and
    effects) and, for thresholds that are written, the stored values. No log is read. `monitors`, `rules`: relations with the columns of
    replayed_monitors and mlmon_rules; `since`, `until`: the windows that count. -#}
{% macro replayed_checks(monitors, rules, since=none, until=none) -%}
{%- set names = mlmon.series_key() + ['window_start', 'window_end'] -%}
{%- set key = names | join(', ') -%}
{%- set series = mlmon.series_key(without=['model_version']) -%}
{%- set kinds = mlmon.verdict_kinds() -%}
{%- set moves = mlmon.has_moving_baselines() -%}
with stored as (
    select
        {% for name in names %}checks.{{ name }}, {% endfor %}checks.value, checks.baseline, checks.n, checks.verdict, checks.reason, checks.effect as stored_effect, checks.p_value as stored_p_value,
        rules.higher_is_better, rules.alpha, rules.warn_size, rules.error_size, rules.min_rows,
        {% if moves %}coalesce(moving.median_value, baselines.median_value){% else %}baselines.median_value{% endif %} as median_value, measured.standard_error
    from {{ mlmon.built_table('mlmon_checks') }} as checks
    inner join {{ monitors }} as monitors on monitors.monitor = checks.monitor
    {{ mlmon.join_rules(rules, 'checks') }} and rules.verdict not in ('threshold', 'off')
    left join {{ mlmon.built_table('mlmon_baselines') }} as baselines
        on {{ mlmon.same_row('baselines', 'checks', series) }} and baselines.phase = coalesce(checks.baseline_phase, {{ mlmon.all_phases() }})
    {%- if moves %}
    left join {{ mlmon.built_table('mlmon_moving_baselines') }} as moving
        on {{ mlmon.same_row('moving', 'checks', series + ['window_start']) }} and moving.model_version = {{ mlmon.baseline_version('checks') }}
    {%- endif %}
    left join {{ mlmon.built_table('mlmon_measured') }} as measured
        on checks.verdict = 'ratio_bound' and {{ mlmon.same_row('measured', 'checks', mlmon.series_key() + ['window_start']) }}
    where checks.verdict <> 'threshold'
        and {{ mlmon.between_moments('checks.window_start', since, until) }}
),

-- what is measured from a bound of the settings is measured anew
scored as (
    select
        *,
        case when verdict = 'ratio_bound' then {{ kinds.ratio_bound.effect }} else stored_effect end as effect,
        case when verdict = 'ratio_bound' then {{ kinds.ratio_bound.z }} end as z
    from stored
),

tested as (
    select
        *,
        case
            when not ({{ mlmon.by_verdict('enough') }}) or stored_p_value is null then null
            when verdict = 'ratio_bound' then {{ kinds.ratio_bound.p_value }}
            else stored_p_value
        end as p_value
    from scored
),

judged as (
    {{ mlmon.judge('tested') }}
),

baselines as (
    {{ mlmon.baselines_by_phase(mlmon.built_table('mlmon_baselines'), mlmon.built_table('mlmon_moving_baselines'), mlmon.built_table('mlmon_calendar'), monitors) }}
),

thin_windows as (
    {{ mlmon.thin_windows(mlmon.built_table('mlmon_measured'), 'baselines', monitors) }}
),

written as (
    select
        {% for name in names %}measured.{{ name }}, {% endfor %}measured.value, measured.n, measured.is_final, baselines.whole_baseline as baseline,
        coalesce(measured.is_realised and thin_windows.monitor is not null, false) as is_thin, {{ mlmon.is_not_trusted('measured') }} as is_not_trusted,
        {{ mlmon.threshold_verdict('measured.value', 'rules') }},
        {{ mlmon.threshold_is_clean('measured.value', mlmon.returns_to(), 'rules') }} as is_clean
    from {{ mlmon.judged_relation(mlmon.built_table('mlmon_measured'), replay=true) }} as measured
    inner join {{ monitors }} as monitors on monitors.monitor = measured.monitor
    {{ mlmon.join_rules(rules, 'measured') }} and rules.verdict = 'threshold'
    left join baselines on {{ mlmon.is_its_baseline('baselines', 'measured', mlmon.phase_of('measured')) }}
    left join thin_windows on {{ mlmon.same_row('thin_windows', 'measured', ['monitor', 'model_version', 'window_start', 'segment', 'segment_value', 'compared_to']) }}
    where not measured.is_reference and {{ mlmon.is_judged_version('measured', 'monitors') }}
        and {{ mlmon.between_moments('measured.window_start', since, until) }} and {{ mlmon.is_judged_beside('rules', 'measured') }}
)

select {{ key }}, value, baseline, warn_threshold, error_threshold, q_value, status, n, verdict, effect, side, is_clean, reason
from judged
union all
select
    {{ key }}, value, baseline, warn_threshold, error_threshold, {{ mlmon.double_literal(none) }},
    {{ mlmon.threshold_status() }},
    n, 'threshold', effect, side, is_clean, case when is_not_trusted then 'not_trusted' end
from written
{%- endmacro %}


{#- The settings of monitors that the replay needs, as a query. -#}
{% macro replayed_monitors(specs) -%}
    {%- for spec in specs %}
    select
        {{ mlmon.text_literal(spec.name) }} as monitor, {{ mlmon.text_literal(spec.task) }} as task, {{ mlmon.text_literal(spec.window) }} as {{ mlmon.reserved_name('window') }},
        {{ mlmon.timestamp_literal(spec.reference.start) }} as reference_start, {{ mlmon.timestamp_literal(spec.reference.end) }} as reference_end, {{ spec.by_version | string | lower }} as judges_versions,
        {{ mlmon.double_literal(spec.alpha) }} as alpha
        {%- for name in ['min_rows', 'open_n', 'open_m', 'close_after', 'escalate_after', 'cool_down', 'group_within', 'reopen_within', 'pooled_windows', 'seasonal_weeks', 'maturity_seconds'] %},
        cast({{ spec[name] if spec[name] is not none else 'null' }} as {{ dbt.type_bigint() }}) as {{ name }}
        {%- endfor %}
    {{ "union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- A condition that a timestamp lies in [since, until); either may be none. -#}
{% macro between_moments(timestamp, since, until) -%}
    {%- set parts = [] -%}
    {%- if since is not none -%}{%- do parts.append(timestamp ~ ' >= ' ~ mlmon.timestamp_literal(since)) -%}{%- endif -%}
    {%- if until is not none -%}{%- do parts.append(timestamp ~ ' < ' ~ mlmon.timestamp_literal(until)) -%}{%- endif -%}
    {{ parts | join(' and ') or '1 = 1' }}
{%- endmacro %}


{% macro catalog_relation() %}{{ return(graph.nodes['seed.mlmon.mlmon_metric_catalog'].relation_name) }}{% endmacro %}
