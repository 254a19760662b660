{#- The spells of trouble in a history of checks, as a query: one row for each time that a series opened an incident. A series is a metric of a subject in
    a segment. It opens in the window in which n of its last m judged windows breach, that one included, and closes after k clean ones. A window
    without a verdict counts as neither; nor does one in maintenance. A person's `resolve` ends what is open and starts the count anew.
    `checks`, `monitors`: what to select from, with the columns of mlmon_checks and mlmon_monitors; `words`: likewise of mlmon_events, or none; `specs`: the monitors'
    configuration, by default that of the project. -#}
{% macro incident_spells(checks, monitors, words=none, specs=none) -%}
{%- set place_of = ['monitor', 'model_version', 'segment', 'segment_value', 'family', 'subject'] -%}
{%- set whole_series = place_of + ['metric'] -%}
{%- set names = whole_series + ['era'] -%}
{%- set series = names | join(', ') -%}
with verdicts as (
    select
        checks.*, monitors.open_n, monitors.open_m, monitors.close_after, monitors.escalate_after, monitors.cool_down,
        monitors.{{ mlmon.reserved_name('window') }} as time_window,
        case checks.status when 'error' then 2 when 'warn' then 1 else 0 end as severity_rank
    from {{ checks }} as checks
    inner join {{ monitors }} as monitors on monitors.monitor = checks.monitor
    left join (
        {{ mlmon.configured_maintenance(specs) }}
    ) as maintenance
        on maintenance.monitor = checks.monitor
        and maintenance.starts_at < checks.window_end and maintenance.ends_at > checks.window_start
    where checks.status in ('ok', 'warn', 'error')
        and maintenance.monitor is null
),

breached as (
    select distinct {{ whole_series | join(', ') }}
    from verdicts
    where severity_rank > 0
),

judged as (
    select verdicts.*
    from verdicts
    inner join breached on {{ mlmon.same_row('breached', 'verdicts', whole_series) }}
),
{% if words is not none %}
-- how often a person had said, before a window, that the trouble is over
resolved_before as (
    select {% for name in whole_series %}judged.{{ name }}, {% endfor %}judged.window_start, count(*) as era
    from judged
    inner join {{ words }} as words
        on words.event_type = 'resolve' and {{ mlmon.same_row('words', 'judged', whole_series) }}
        and words.as_of < judged.window_start
    group by {% for name in whole_series %}judged.{{ name }}, {% endfor %}judged.window_start
),
{% endif %}
history as (
    select
        judged.*,
        {% if words is not none %}coalesce(resolved_before.era, 0){% else %}0{% endif %} as era,
        case when judged.severity_rank > 0 then 1 else 0 end as is_breach
    from judged
    {%- if words is not none %}
    left join resolved_before on {{ mlmon.same_row('resolved_before', 'judged', whole_series) }} and resolved_before.window_start = judged.window_start
    {%- endif %}
),

counted as (
    select
        history.*,
        row_number() over (partition by {{ series }} order by window_start) as place,
        sum(is_breach) over (partition by {{ series }} order by window_start rows unbounded preceding) as breaches
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
        looked_back.*,
        case when is_breach = 1 and breaches_in_m >= open_n then place end as opens_at,
        case when breaches_in_k = 0 and place >= close_after then place end as closes_at
    from looked_back
),

states as (
    select
        signals.*,
        coalesce(max(opens_at) over (partition by {{ series }} order by place rows unbounded preceding), 0) as last_open,
        coalesce(max(closes_at) over (partition by {{ series }} order by place rows unbounded preceding), 0) as last_close
    from signals
),

switched as (
    select
        states.*,
        case when last_open > last_close then 1 else 0 end as is_open,
        coalesce(lag(case when last_open > last_close then 1 else 0 end) over (partition by {{ series }} order by place), 0) as was_open
    from states
),

numbered as (
    select
        switched.*,
        sum(case when is_open = 1 and was_open = 0 then 1 else 0 end) over (partition by {{ series }} order by place rows unbounded preceding) as spell
    from switched
),

-- the windows of an incident: from the one that opened it to the one before it closed, and the breaches that led to it; those of an
-- earlier incident are that one's
spells as (
    select
        {{ series }}, spell,
        coalesce(lag(max(place)) over (partition by {{ series }} order by spell), 0) as previous_last_place,
        min(window_start) as opened_at,
        max(case when is_breach = 1 then window_start end) as last_breach_at,
        min(place) as first_place,
        sum(is_breach) as n_breaches,
        max(severity_rank) as severity_rank,
        min(case when severity_rank = 2 then window_start end) as error_at,
        max(open_m) as open_m, max(escalate_after) as escalate_after, max(cool_down) as cool_down, max(time_window) as time_window
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
{% if words is not none %}
-- what a person ended: the first word after the spell's era began
ended as (
    select {% for name in names %}spells.{{ name }}, {% endfor %}spells.spell, min(words.as_of) as ended_at
    from spells
    inner join {{ words }} as words
        on words.event_type = 'resolve' and {{ mlmon.same_row('words', 'spells', whole_series) }}
        and words.as_of >= spells.opened_at
    group by {% for name in names %}spells.{{ name }}, {% endfor %}spells.spell
),
{% endif %}
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
        and numbered.place > spells.previous_last_place
    group by {% for name in names %}spells.{{ name }}, {% endfor %}spells.spell
),

evidence as (
    select
        numbered.*,
        row_number() over (partition by {{ series }}, spell order by effect desc, window_start) as by_effect,
        row_number() over (partition by {{ series }}, spell order by window_start desc) as by_time,
        row_number() over (partition by {{ series }}, spell order by window_start) as breach_number
    from numbered
    where is_open = 1 and is_breach = 1
),

-- a warning that has lasted for as many breaches as `escalate_after` says is an error from then on
outlasted as (
    select {% for name in names %}evidence.{{ name }}, {% endfor %}evidence.spell, min(evidence.window_start) as outlasted_at
    from evidence
    inner join leading_breaches on {{ mlmon.same_row('leading_breaches', 'evidence', names) }} and leading_breaches.spell = evidence.spell
    where evidence.breach_number + leading_breaches.n_before >= evidence.escalate_after
    group by {% for name in names %}evidence.{{ name }}, {% endfor %}evidence.spell
),

told as (
    select
        {% for name in names %}spells.{{ name }}, {% endfor %}
        spells.time_window, spells.cool_down,
        case when spells.severity_rank = 2 or outlasted.outlasted_at is not null then 'error' else 'warn' end as severity,
        spells.opened_at, spells.last_breach_at,
        {% if words is not none %}coalesce(closed.closed_at, ended.ended_at){% else %}closed.closed_at{% endif %} as closed_at,
        {% if words is not none %}closed.closed_at is null and ended.ended_at is not null{% else %}false{% endif %} as is_ended,
        cast(spells.n_breaches + leading_breaches.n_before as {{ dbt.type_bigint() }}) as n_windows,
        leading_breaches.first_breach_at,
        case
            when spells.error_at <= outlasted.outlasted_at or outlasted.outlasted_at is null then spells.error_at
            else outlasted.outlasted_at
        end as escalated_at,
        peak.value as peak_value, peak.effect as peak_effect,
        latest.value, latest.baseline, latest.warn_threshold, latest.error_threshold, latest.q_value, latest.n, latest.verdict, latest.side
    from spells
    inner join leading_breaches on {{ mlmon.same_row('leading_breaches', 'spells', names) }} and leading_breaches.spell = spells.spell
    left join closed on {{ mlmon.same_row('closed', 'spells', names) }} and closed.spell = spells.spell
    {%- if words is not none %}
    left join ended on {{ mlmon.same_row('ended', 'spells', names) }} and ended.spell = spells.spell
    {%- endif %}
    left join outlasted on {{ mlmon.same_row('outlasted', 'spells', names) }} and outlasted.spell = spells.spell
    left join evidence as peak on {{ mlmon.same_row('peak', 'spells', names) }} and peak.spell = spells.spell and peak.by_effect = 1
    left join evidence as latest on {{ mlmon.same_row('latest', 'spells', names) }} and latest.spell = spells.spell and latest.by_time = 1
)

select
    told.*,
    lag(closed_at) over (partition by {{ whole_series | join(', ') }} order by opened_at) as previous_closed_at
from told
{%- endmacro %}
