{{ config(materialized='table') }}
{%- set series = 'monitor, model_version, segment, segment_value, family, subject, metric' %}
{%- set names = series.split(', ') %}
-- depends_on: {{ ref('mlmon_monitors') }}
{%- set ledger = mlmon.model_relation('mlmon_ledger') if execute else none %}
-- A series is a metric of a subject in a segment. It opens an incident when n of its last m judged windows breach, the last of them
-- included, and closes it after k clean ones. A window without a verdict counts as neither.
with breached as (
    select distinct {{ series }}
    from {{ ref('mlmon_checks') }}
    where status in ('warn', 'error')
),

history as (
    select
        checks.*, monitors.open_n, monitors.open_m, monitors.close_after,
        case when checks.status in ('warn', 'error') then 1 else 0 end as is_breach,
        row_number() over (
            partition by {% for name in names %}checks.{{ name }}, {% endfor %}monitors.open_m
            order by checks.window_start
        ) as place
    from {{ ref('mlmon_checks') }} as checks
    inner join breached on {{ mlmon.same_row('breached', 'checks', names) }}
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = checks.monitor
    where checks.status in ('ok', 'warn', 'error')
),

counted as (
    select
        *,
        sum(is_breach) over (partition by {{ series }} order by place rows unbounded preceding) as breaches
    from history
),

-- breaches up to m windows back, and up to k windows back: the difference is what happened since
looked_back as (
    select
        counted.*,
        counted.breaches - coalesce(before_m.breaches, 0) as breaches_in_m,
        counted.breaches - coalesce(before_k.breaches, 0) as breaches_in_k
    from counted
    left join counted as before_m on {{ mlmon.same_row('before_m', 'counted', names) }} and before_m.place = counted.place - counted.open_m
    left join counted as before_k on {{ mlmon.same_row('before_k', 'counted', names) }} and before_k.place = counted.place - counted.close_after
),

signals as (
    select
        *,
        case when is_breach = 1 and breaches_in_m >= open_n then place end as opens_at,
        case when breaches_in_k = 0 and place >= close_after then place end as closes_at
    from looked_back
),

states as (
    select
        *,
        coalesce(max(opens_at) over (partition by {{ series }} order by place rows unbounded preceding), 0) as last_open,
        coalesce(max(closes_at) over (partition by {{ series }} order by place rows unbounded preceding), 0) as last_close
    from signals
),

numbered as (
    select
        *,
        sum(case when is_open = 1 and was_open = 0 then 1 else 0 end) over (partition by {{ series }} order by place rows unbounded preceding) as spell
    from (
        select
            *,
            case when last_open > last_close then 1 else 0 end as is_open,
            coalesce(lag(case when last_open > last_close then 1 else 0 end) over (partition by {{ series }} order by place), 0) as was_open
        from states
    ) as switched
),

-- the windows of an incident: from the one that opened it to the one before it closed, and the breaches that led to it
spells as (
    select
        {{ series }}, spell,
        min(window_start) as opened_at,
        max(case when is_breach = 1 then window_start end) as last_breach_at,
        max(place) as last_place,
        min(place) as first_place,
        sum(is_breach) as n_breaches,
        max(case when status = 'error' then 1 else 0 end) as is_error,
        min(case when status = 'error' then window_start end) as escalated_at,
        max(open_m) as open_m
    from numbered
    where is_open = 1
    group by {{ series }}, spell
),

closed as (
    select {{ series }}, spell, min(window_start) as closed_at
    from numbered
    where is_open = 0 and was_open = 1
    group by {{ series }}, spell
),

leading_breaches as (
    select
        {% for name in names %}spells.{{ name }}, {% endfor %}
        spells.spell,
        min(numbered.window_start) as first_breach_at,
        sum(case when numbered.is_open = 0 then 1 else 0 end) as n_before
    from spells
    inner join numbered
        on {{ mlmon.same_row('numbered', 'spells', names) }}
        and numbered.is_breach = 1
        and numbered.place > spells.first_place - spells.open_m
        and numbered.place <= spells.first_place
        and (numbered.is_open = 0 or numbered.spell = spells.spell)
    group by {% for name in names %}spells.{{ name }}, {% endfor %}spells.spell
),

evidence as (
    select
        *,
        row_number() over (partition by {{ series }}, spell order by effect desc, window_start) as by_effect,
        row_number() over (partition by {{ series }}, spell order by window_start desc) as by_time
    from numbered
    where is_open = 1 and is_breach = 1
),

incidents as (
    select
        {{ mlmon.incident_id('spells') }} as incident_id,
        {% for name in names %}spells.{{ name }}, {% endfor %}
        case when spells.is_error = 1 then 'error' else 'warn' end as severity,
        case when closed.closed_at is null then 'open' else 'closed' end as status,
        spells.opened_at, spells.last_breach_at, closed.closed_at,
        cast(spells.n_breaches + leading_breaches.n_before as {{ dbt.type_bigint() }}) as n_windows,
        peak.value as peak_value,
        monitors.owner, monitors.runbook,
        leading_breaches.first_breach_at, spells.escalated_at,
        latest.value, latest.baseline, latest.warn_threshold, latest.error_threshold, latest.q_value, latest.n, latest.verdict,
        cast(null as {{ dbt.type_string() }}) as detail
    from spells
    inner join leading_breaches on {{ mlmon.same_row('leading_breaches', 'spells', names) }} and leading_breaches.spell = spells.spell
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = spells.monitor
    left join closed on {{ mlmon.same_row('closed', 'spells', names) }} and closed.spell = spells.spell
    left join evidence as peak on {{ mlmon.same_row('peak', 'spells', names) }} and peak.spell = spells.spell and peak.by_effect = 1
    left join evidence as latest on {{ mlmon.same_row('latest', 'spells', names) }} and latest.spell = spells.spell and latest.by_time = 1
),

-- a monitor whose logs lost a column or are gone: nothing was computed, and that is an incident of its own
broken as (
    select
        monitors.monitor, 'all' as model_version, 'overall' as segment, 'all' as segment_value,
        'operations' as family, 'log' as subject, 'data_problem' as metric,
        monitors.owner, monitors.runbook, monitors.data_problem,
        {% if ledger is not none %}{{ mlmon.truncate_by_column('monitors.' ~ adapter.quote('window'), 'ledger.newest_prediction') }}
        {%- else %}{{ mlmon.timestamp_literal(none) }}{% endif %} as opened_at
    from {{ ref('mlmon_monitors') }} as monitors
    {% if ledger is not none %}left join {{ ledger }} as ledger on ledger.monitor = monitors.monitor{% endif %}
    where monitors.data_problem is not null
)

select * from incidents
union all
select
    {{ mlmon.incident_id('broken') }}, {{ series }}, 'error', 'open', opened_at, opened_at, null, 1, 1.0, owner, runbook,
    opened_at, opened_at, 1.0, 0.0, null, null, null, null, 'data', data_problem
from broken
