{#- The incidents in a history of checks before they are grouped, as a query: one row an incident. A series is a metric of a subject in a segment. An episode
    opens in the window in which n of its last m judged windows breach, that one included; a fault of the data at severity error opens it at once. It ends after
    k windows in a row that are clean: evidence that the number has come back (is_clean). An episode that opens within `reopen_within` judged windows after one has
    ended belongs to the same incident; with each return the incident asks for twice the quiet, up to eight times, before it is closed. A window without a
    verdict counts as neither; nor does one in maintenance. A `resolve` ends what is open and starts the count anew.
    `states`: a relation of series_episodes; `words`: one with the columns of mlmon_events, or none. -#}
{% macro found_incidents(states, words=none) -%}
{%- set whole_series = mlmon.series_key() -%}
{%- set names = whole_series + ['era'] -%}
{%- set series = names | join(', ') -%}
with placed as (
    select *
    from {{ states }}
    where is_open = 1
),

found_incidents as (
    select
        {{ series }}, incident_number,
        min(window_start) as opened_at,
        min(case when visit = n_episodes then window_start end) as reopened_at,
        max(n_episodes) as n_episodes,
        max(case when is_breach = 1 then window_start end) as last_breach_at,
        sum(is_breach) as n_breaches,
        max(severity_rank) as severity_rank,
        min(case when severity_rank = 2 then window_start end) as error_at,
        max(escalate_after) as escalate_after, max(cool_down) as cool_down, max(time_window) as time_window
    from placed
    group by {{ series }}, incident_number
),

last_judged as (
    select {{ series }}, max(window_start) as last_judged_at
    from {{ states }}
    group by {{ series }}
),

-- when an incident closed, and when its last episode but one had ended
closed as (
    select
        {{ series }}, incident_number,
        max(case when visit = n_episodes and place = settled_place then window_start end) as closed_at,
        max(case when place = end_place then window_start end) as last_end_at,
        max(case when visit < n_episodes and place = end_place then window_start end) as earlier_end_at
    from {{ states }}
    where place = settled_place or place = end_place
    group by {{ series }}, incident_number
),
{% if words is not none %}
-- what a person ended: the first word after the incident's era began
ended as (
    select {% for name in names %}found_incidents.{{ name }}, {% endfor %}found_incidents.incident_number, min(words.as_of) as ended_at
    from found_incidents
    inner join {{ words }} as words
        on words.event_type = 'resolve' and {{ mlmon.same_row('words', 'found_incidents', whole_series) }}
        and words.as_of >= found_incidents.opened_at
    group by {% for name in names %}found_incidents.{{ name }}, {% endfor %}found_incidents.incident_number
),
{% endif %}
-- the breaches that led to an episode; those of an earlier one are that one's
leading_breaches as (
    select
        {% for name in names %}opening.{{ name }}, {% endfor %}
        opening.incident_number,
        min(earlier.window_start) as first_breach_at,
        sum(case when earlier.is_open = 0 then 1 else 0 end) as n_before
    from placed as opening
    inner join {{ states }} as earlier
        on {{ mlmon.same_row('earlier', 'opening', names) }}
        and earlier.is_breach = 1
        and earlier.place > opening.first_place - opening.open_m
        and earlier.place <= opening.first_place
        and earlier.place > coalesce(opening.previous_last_place, 0)
    where opening.place = opening.first_place
    group by {% for name in names %}opening.{{ name }}, {% endfor %}opening.incident_number
),

-- effects that differ by rounding alone are one
evidence as (
    select
        placed.*,
        row_number() over (partition by {{ series }}, incident_number order by {{ mlmon.by_size('effect') }} desc, window_start) as by_effect,
        row_number() over (partition by {{ series }}, incident_number order by window_start desc) as by_time,
        row_number() over (partition by {{ series }}, incident_number order by window_start) as breach_number
    from placed
    where is_breach = 1
),

-- a warning that has lasted for as many breaches as `escalate_after` says is an error from then on
outlasted as (
    select {% for name in names %}evidence.{{ name }}, {% endfor %}evidence.incident_number, min(evidence.window_start) as outlasted_at
    from evidence
    inner join leading_breaches on {{ mlmon.same_row('leading_breaches', 'evidence', names) }} and leading_breaches.incident_number = evidence.incident_number
    where evidence.breach_number + leading_breaches.n_before >= evidence.escalate_after
    group by {% for name in names %}evidence.{{ name }}, {% endfor %}evidence.incident_number
),

told as (
    select
        {% for name in names %}found_incidents.{{ name }}, {% endfor %}
        found_incidents.time_window, found_incidents.cool_down,
        case when found_incidents.severity_rank = 2 or outlasted.outlasted_at is not null then 'error' else 'warn' end as severity,
        found_incidents.opened_at, found_incidents.last_breach_at,
        {% if words is not none %}coalesce(closed.closed_at, ended.ended_at){% else %}closed.closed_at{% endif %} as closed_at,
        {% if words is not none %}closed.closed_at is null and ended.ended_at is not null{% else %}false{% endif %} as is_ended,
        cast(found_incidents.n_breaches + leading_breaches.n_before as {{ dbt.type_bigint() }}) as n_windows,
        leading_breaches.first_breach_at,
        case
            when found_incidents.error_at <= outlasted.outlasted_at or outlasted.outlasted_at is null then found_incidents.error_at
            else outlasted.outlasted_at
        end as escalated_at,
        peak.value as peak_value, peak.effect as peak_effect,
        latest.value, latest.baseline, latest.warn_threshold, latest.error_threshold, latest.q_value, latest.n, latest.verdict, latest.side,
        case when found_incidents.n_episodes > 1 then found_incidents.reopened_at end as reopened_at,
        cast(found_incidents.n_episodes as {{ dbt.type_bigint() }}) as n_episodes,
        last_judged.last_judged_at, closed.last_end_at, closed.earlier_end_at
    from found_incidents
    inner join leading_breaches on {{ mlmon.same_row('leading_breaches', 'found_incidents', names) }} and leading_breaches.incident_number = found_incidents.incident_number
    inner join last_judged on {{ mlmon.same_row('last_judged', 'found_incidents', names) }}
    left join closed on {{ mlmon.same_row('closed', 'found_incidents', names) }} and closed.incident_number = found_incidents.incident_number
    {%- if words is not none %}
    left join ended on {{ mlmon.same_row('ended', 'found_incidents', names) }} and ended.incident_number = found_incidents.incident_number
    {%- endif %}
    left join outlasted on {{ mlmon.same_row('outlasted', 'found_incidents', names) }} and outlasted.incident_number = found_incidents.incident_number
    left join evidence as peak on {{ mlmon.same_row('peak', 'found_incidents', names) }} and peak.incident_number = found_incidents.incident_number and peak.by_effect = 1
    left join evidence as latest on {{ mlmon.same_row('latest', 'found_incidents', names) }} and latest.incident_number = found_incidents.incident_number and latest.by_time = 1
)

select
    told.*,
    -- when the series was last quiet before it returned
    coalesce(earlier_end_at, lag(coalesce(last_end_at, closed_at)) over (partition by {{ whole_series | join(', ') }} order by opened_at)) as previous_closed_at
from told
{%- endmacro %}
