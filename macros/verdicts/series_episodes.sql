{#- The judged windows of each series that ever breached, with its episodes, as a query: a row a series and window with the columns of `checks`, era, place, is_breach, is_open,
    episode (0 before the first), and of its episode incident_number (the incident it belongs to), visit (its place there), n_episodes, first_place, previous_last_place, end_place,
    settled_place (where the incident is over). When an episode opens and ends: found_incidents. `checks`, `monitors`, `catalog`: what to select from,
    with the columns of mlmon_checks, mlmon_monitors and the metric catalog; `words`: likewise of mlmon_events, or none; `specs`: the monitors' configuration, by
    default that of the project. -#}
{% macro series_episodes(checks, monitors, catalog, words=none, specs=none) -%}
{%- set whole_series = mlmon.series_key() -%}
{%- set names = whole_series + ['era'] -%}
{%- set series = names | join(', ') -%}
{%- set rules = [('of_family', ['family']), ('of_metric', ['family', 'metric']), ('of_subject', ['subject'])] -%}
with rules as (
    {{ mlmon.configured_alert_rules(specs) }}
),

verdicts as (
    select
        checks.*, monitors.escalate_after, monitors.cool_down, monitors.reopen_within, monitors.reference_start,
        monitors.{{ mlmon.reserved_name('window') }} as time_window,
        {%- for name in ['open_n', 'open_m', 'close_after'] %}
        coalesce({% for rule, _ in rules | reverse %}{{ rule }}.{{ name }}, {% endfor %}monitors.{{ name }}) as {{ name }},
        {%- endfor %}
        -- more rows than usual are no fault of the data
        case when coalesce({% for rule, _ in rules %}{{ rule }}.open_n{{ ', ' if not loop.last }}{% endfor %}) is null and (checks.side = 'below' or catalog.direction <> 'none')
            then coalesce(catalog.error_opens, 0) else 0 end as error_opens,
        case checks.status when 'error' then 2 when 'warn' then 1 else 0 end as severity_rank
    from {{ checks }} as checks
    inner join {{ monitors }} as monitors on monitors.monitor = checks.monitor
    left join {{ catalog }} as catalog on catalog.family = checks.family and catalog.metric = checks.metric
    {%- for rule, named in rules %}
    left join rules as {{ rule }} on {{ rule }}.monitor = checks.monitor
        {%- for name in ['family', 'metric', 'subject'] %} and {{ rule }}.{{ name }} {{ '= checks.' ~ name if name in named else 'is null' }}{% endfor %}
    {%- endfor %}
    left join (
        {{ mlmon.configured_maintenance(specs) }}
    ) as maintenance
        on maintenance.monitor = checks.monitor
        and maintenance.starts_at < checks.window_end and maintenance.ends_at > checks.window_start
    -- an estimate that is not trusted any more says nothing against its series
    where (checks.status in ('ok', 'warn', 'error') or checks.reason = 'not_trusted')
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
history as {{ mlmon.materialized_cte() }} (
    select
        judged.*,
        -- what was over before the reference began is no part of what came after
        case when judged.window_start < judged.reference_start then -1 else {% if words is not none %}coalesce(resolved_before.era, 0){% else %}0{% endif %} end as era,
        case when judged.severity_rank > 0 then 1 else 0 end as is_breach,
        case when judged.severity_rank = 0 and (coalesce(judged.is_clean, true) or coalesce(judged.reason = 'not_trusted', false)) then 0 else 1 end as is_unclean
    from judged
    {%- if words is not none %}
    left join resolved_before on {{ mlmon.same_row('resolved_before', 'judged', whole_series) }} and resolved_before.window_start = judged.window_start
    {%- endif %}
),

counted as (
    select
        history.*,
        row_number() over (partition by {{ series }} order by window_start) as place,
        sum(is_breach) over (partition by {{ series }} order by window_start rows unbounded preceding) as breaches,
        sum(is_unclean) over (partition by {{ series }} order by window_start rows unbounded preceding) as uncleans
    from history
),

-- breaches up to m windows back, and what was not clean up to k windows back: the difference is what happened since
looked_back as (
    select
        counted.*,
        counted.breaches - coalesce(before_m.breaches, 0) as breaches_in_m,
        counted.uncleans - coalesce(before_k.uncleans, 0) as uncleans_in_k,
        coalesce(max(case when counted.is_breach = 1 then counted.place end) over (
            partition by {% for name in names %}counted.{{ name }}{{ ', ' if not loop.last }}{% endfor %} order by counted.place rows unbounded preceding
        ), 0) as last_breach_place
    from counted
    left join counted as before_m on {{ mlmon.same_row('before_m', 'counted', names) }} and before_m.place = counted.place - counted.open_m
    left join counted as before_k on {{ mlmon.same_row('before_k', 'counted', names) }} and before_k.place = counted.place - counted.close_after
),

signals as (
    select
        looked_back.*,
        case when is_breach = 1 and (breaches_in_m >= open_n or (severity_rank = 2 and error_opens = 1)) then place end as opens_at,
        case
            when place >= close_after and uncleans_in_k = 0 then place
            -- a bound that a user wrote may lie so near the usual that no number is ever well inside it: a week of quiet will do
            when verdict = 'threshold' and place - last_breach_place >= 7 and place - last_breach_place >= close_after then place
        end as closes_at
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
        sum(case when is_open = 1 and was_open = 0 then 1 else 0 end) over (partition by {{ series }} order by place rows unbounded preceding) as episode
    from switched
),

-- the windows of an episode: from the one that opened it to the one before it ended
episodes as (
    select
        {{ series }}, episode,
        min(case when is_open = 1 then place end) as first_place,
        max(case when is_open = 1 then place end) as last_place,
        min(case when is_open = 0 and was_open = 1 then place end) as end_place,
        max(reopen_within) as reopen_within, max(close_after) as close_after
    from numbered
    where episode > 0
    group by {{ series }}, episode
),

chained as (
    select
        episodes.*,
        lag(end_place) over (partition by {{ series }} order by episode) as previous_end_place,
        lag(last_place) over (partition by {{ series }} order by episode) as previous_last_place
    from episodes
),

-- an episode soon after another is the same incident
told_apart as (
    select
        chained.*,
        sum(case when previous_end_place is null or first_place > previous_end_place + reopen_within then 1 else 0 end)
            over (partition by {{ series }} order by episode rows unbounded preceding) as incident_number
    from chained
),

returned as (
    select
        told_apart.*,
        row_number() over (partition by {{ series }}, incident_number order by episode) as visit,
        count(*) over (partition by {{ series }}, incident_number) as n_episodes
    from told_apart
),

-- where the last episode of an incident has been over for long enough: k clean windows, and 1, 3 or 7 times k more windows where it had come back
settled as (
    select
        returned.*,
        end_place + case
            when (case when visit > 3 then 7 when visit = 3 then 3 when visit = 2 then 1 else 0 end) * close_after > reopen_within then reopen_within
            else (case when visit > 3 then 7 when visit = 3 then 3 when visit = 2 then 1 else 0 end) * close_after
        end as settled_place
    from returned
)

select
    {% for name in whole_series + ['window_start', 'time_window'] %}numbered.{{ name }}, {% endfor %}
    {% for name in ['era', 'place', 'is_breach', 'is_open', 'severity_rank', 'episode', 'open_m', 'escalate_after', 'cool_down'] %}cast(numbered.{{ name }} as {{ dbt.type_bigint() }}) as {{ name }}, {% endfor %}
    {% for name in ['value', 'effect', 'baseline', 'warn_threshold', 'error_threshold', 'q_value', 'n', 'verdict', 'side'] %}numbered.{{ name }}, {% endfor %}
    {% for name in ['incident_number', 'visit', 'n_episodes', 'first_place', 'previous_last_place', 'end_place', 'settled_place'] %}cast(settled.{{ name }} as {{ dbt.type_bigint() }}) as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
from numbered
left join settled on {{ mlmon.same_row('settled', 'numbered', names) }} and settled.episode = numbered.episode
{%- endmacro %}
