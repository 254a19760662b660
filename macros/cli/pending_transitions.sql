{#- What channels are to be told, as a query: a row a transition and channel that does not know of it, and one for each open incident of which a channel was told (`is_pending` is 0 there).
    `is_due`: it is told now. `answers`: the message that it answers, for channels that have threads; `thread`: that with which the incident was told. `n_ended`: how often the channel was told before that
    it was over. A transition goes where the routes say; the end of an incident, where its opening went.

    Worth a message of its own is a group that opens, returns or is over, that becomes graver than it was told (a family that matters more, an error where there were warnings, twice as many
    things) or costs twice as much, and a reminder. What else happened to a group is told with its next message. Quiet hours and the week's budget keep back all but errors.

    `channels`: rows with channel, is_pager, has_threads and routes; `monitors`: rows of the report by name. -#}
{% macro pending_transitions(channels, monitors, now) -%}
{%- set incidents, transitions = mlmon.built_table('mlmon_incidents'), mlmon.built_table('mlmon_transitions') -%}
{%- set deliveries = mlmon.built_table('mlmon_deliveries') -%}
{%- set least_growth = 3 -%}
{%- set by_name, quiet = [], [] -%}
{%- for channel in channels -%}{%- do by_name.append(channel.channel) -%}{%- endfor -%}
{%- for name in monitors if monitors[name].is_quiet -%}{%- do quiet.append(name) -%}{%- endfor -%}
with channels as (
    {% for channel in channels -%}
    select
        {{ mlmon.text_literal(channel.channel) }} as channel, {{ loop.index }} as channel_place,
        {{ 1 if channel.is_pager else 0 }} as is_pager, {{ 1 if channel.has_threads else 0 }} as has_threads
    {{ "union all" if not loop.last }}
    {% endfor %}
),

known as (
    {{ mlmon.told_incidents(by_name, deliveries, incidents) }}
),

heard as (
    select distinct incident_id, channel
    from {{ deliveries }}
),

placed as (
    select incident_id, min(shown_with) as shown_with, min(family) as family, min(place) as place
    from {{ transitions }}
    group by incident_id
),

-- what a channel was told of a group that lasts there
told_groups as (
    select
        known.channel, placed.shown_with,
        max(known.is_told_error) as is_told_error, min({{ mlmon.family_rank('placed.family') }}) as rank_of_family,
        max(known.extent) as extent, max(known.value_rate) as value_rate
    from known
    inner join placed on placed.incident_id = known.incident_id
    where known.is_told = 1
    group by known.channel, placed.shown_with
),

threads as (
    select
        known.channel, placed.shown_with, known.receipt,
        row_number() over (partition by known.channel, placed.shown_with order by placed.place) as by_place
    from known
    inner join placed on placed.incident_id = known.incident_id
    where known.receipt is not null
),

monitors as (
    select
        monitors.monitor, monitors.remind_every, monitors.max_notices_per_week as budget,
        coalesce(monitors.monitor in ({{ mlmon.text_literals(quiet or ['']) }}), false) as is_quiet,
        windows.last_window
    from {{ mlmon.built_table('mlmon_monitors') }} as monitors
    left join (
        {{ mlmon.last_windows(mlmon.built_table('mlmon_calendar')) }}
    ) as windows on windows.monitor = monitors.monitor
),

-- a row an incident, transition and channel: what the channel does not know of, and what it knows of that is open
candidates as (
    select
        transitions.*, channels.channel, channels.channel_place, channels.has_threads, incidents.status, incidents.owner,
        coalesce(incidents.muted_until > {{ mlmon.timestamp_literal(now) }}, false) or coalesce(incidents.is_expected, false)
        or coalesce(incidents.is_before_reference, false) as is_silenced,
        coalesce(known.is_told, 0) as is_told, coalesce(known.is_told_error, 0) as is_told_error, coalesce(known.n_ended, 0) as n_ended, known.receipt,
        case
            when transitions.kind = 'escalated' then known.is_told * (1 - known.is_told_error)
            when transitions.kind = 'acknowledged' then channels.is_pager * known.is_told * (1 - known.is_told_acknowledged)
            when transitions.kind = 'grew' then 0
            when coalesce(known.is_told, 0) = 1 then case when transitions.kind = 'opened' then 0 else 1 end
            when incidents.status = 'open' then 1
            -- what was quiet while it lasted is not told when it is over
            when known.incident_id is null and heard.incident_id is null and not incidents.is_expected and not incidents.is_before_reference
                and incidents.muted_until is null then 1
            else 0
        end as is_pending
    from {{ transitions }} as transitions
    cross join channels
    left join {{ incidents }} as incidents on incidents.incident_id = transitions.incident_id
    left join known on known.incident_id = transitions.incident_id and known.channel = channels.channel
    left join heard on heard.incident_id = transitions.incident_id and heard.channel = channels.channel
),

-- a group that lasts is told of again: it costs twice what it did, or nobody has acknowledged it
notices as (
    select
        incident_groups.headline_incident_id, channels.channel,
        case
            when grown.incident_id is not null and told_groups.value_rate > 0 and costs.rate >= 2 * told_groups.value_rate then 'grew'
            when incident_groups.acknowledged_by is null and since_told.n_windows >= since_told.remind_every then 'reminded'
        end as kind
    from {{ mlmon.built_table('mlmon_incident_groups') }} as incident_groups
    inner join monitors on monitors.monitor = incident_groups.monitor
    cross join channels
    left join told_groups on told_groups.shown_with = incident_groups.group_id and told_groups.channel = channels.channel
    left join (
        {{ mlmon.windows_since_told() }}
    ) as since_told on since_told.group_id = incident_groups.group_id and since_told.channel = channels.channel
    left join (
        {{ mlmon.group_costs(incidents, mlmon.built_table('mlmon_kpis'), mlmon.built_table('mlmon_baselines'), mlmon.built_table('mlmon_moving_baselines')) }}
    ) as costs on costs.group_id = incident_groups.group_id
    left join {{ transitions }} as grown
        on grown.incident_id = incident_groups.headline_incident_id and grown.kind = 'grew' and grown.{{ mlmon.reserved_name('at') }} = monitors.last_window
    where incident_groups.status = 'open' and not incident_groups.is_expected
        and not coalesce(incident_groups.muted_until > {{ mlmon.timestamp_literal(now) }}, false)
),

waiting as (
    select
        {% for name in ['monitor', 'incident_id', 'family', 'severity', 'why', 'place', 'shown_with', 'channel', 'channel_place', 'has_threads', 'status', 'owner', 'is_silenced',
            'is_told', 'is_told_error', 'n_ended', 'receipt', 'is_pending'] %}{{ name }}, {% endfor %}
        case kind when 'recovered' then 'resolved' when 'no_longer_monitored' then 'withdrawn' else kind end as transition
    from candidates
    where is_pending = 1 or (kind = 'opened' and status = 'open' and (is_told = 1 or receipt is not null))
    union all
    select
        {% for name in ['monitor', 'incident_id', 'family', 'severity', 'why', 'place', 'shown_with', 'channel', 'channel_place', 'has_threads', 'status', 'owner', 'is_silenced',
            'is_told', 'is_told_error', 'n_ended', 'receipt'] %}candidates.{{ name }}, {% endfor %}
        1, notices.kind
    from notices
    inner join candidates on candidates.incident_id = notices.headline_incident_id and candidates.channel = notices.channel and candidates.kind = 'opened'
    where notices.kind is not null
),

routed as (
    select
        waiting.*,
        case when transition in ('grew', 'reminded') then 1 else 0 end as is_notice,
        case when transition in ('resolved', 'withdrawn') then 1 else 0 end as is_end,
        case
            when transition in ('resolved', 'withdrawn', 'acknowledged') and is_told = 1 then 1
            {% for channel in channels -%}
            when channel = {{ mlmon.text_literal(channel.channel) }} then case when {{ mlmon.routes_to(channel.routes, monitors) }} then 1 else 0 end
            {% endfor %}
        end as is_routed
    from waiting
),

-- whether each is worth a message of its own
judged as (
    select
        routed.*, monitors.is_quiet, monitors.budget,
        case when is_notice = 0 and is_end = 1 and is_told = 1 and incident_groups.n_open > 0 then 1 else 0 end as waits,
        case
            when is_pending = 0 or is_routed = 0 then 0
            when is_notice = 1 or transition = 'acknowledged' or incident_groups.group_id is null then 1
            when is_end = 1 and is_told = 1 then case when incident_groups.n_open = 0 then 1 else 0 end
            when is_silenced or incident_groups.cooling_until > monitors.last_window then 0
            when told_groups.channel is null then case when transition = 'opened' then 1 else 0 end
            when routed.severity = 'error' and told_groups.is_told_error = 0 then 1
            when transition <> 'opened' or routed.status <> 'open' then 0
            when {{ mlmon.family_rank('routed.family') }} < told_groups.rank_of_family then 1
            when extents.extent >= 2 * told_groups.extent and extents.extent >= told_groups.extent + {{ least_growth }} then 1
            else 0
        end as is_news
    from routed
    left join monitors on monitors.monitor = routed.monitor
    left join {{ mlmon.built_table('mlmon_incident_groups') }} as incident_groups on incident_groups.group_id = routed.shown_with
    left join told_groups on told_groups.shown_with = routed.shown_with and told_groups.channel = routed.channel
    left join (
        {{ mlmon.group_extents() }}
    ) as extents on extents.group_id = routed.shown_with
),

-- a notice adds nothing where something new is told of its group
told_anew as (
    select
        judged.*,
        case
            when is_notice = 0 then is_news
            else 1 - max(case when is_notice = 0 and transition <> 'acknowledged' then is_news else 0 end) over (partition by channel, shown_with)
        end * is_news as is_told_anew
    from judged
),

by_group as (
    select
        told_anew.*,
        max(is_told_anew) over (partition by channel, monitor) as any_is_told,
        max(case when transition = 'acknowledged' then 0 else is_told_anew end) over (partition by channel, shown_with) as group_is_told,
        max(case
            when transition = 'acknowledged' or (status = 'open' and severity = 'error' and transition in ('opened', 'escalated')) then is_told_anew
            else 0
        end) over (partition by channel, monitor) as is_grave
    from told_anew
)

select
    by_group.monitor, by_group.channel, by_group.incident_id, by_group.transition, by_group.why, by_group.is_pending, by_group.is_routed,
    by_group.n_ended, by_group.receipt as thread,
    case when by_group.is_told = 1 then case when by_group.is_told_error = 1 then 'error' else 'warn' end end as told,
    case when by_group.has_threads = 1 then coalesce(by_group.receipt, case when by_group.is_notice = 0 then threads.receipt end) end as answers,
    case
        when by_group.is_told_anew = 1 or (by_group.is_notice = 0 and by_group.group_is_told = 1 and not by_group.is_silenced and by_group.waits = 0)
            then by_group.any_is_told * by_group.is_pending * by_group.is_routed
                * case when by_group.is_grave = 0 and (by_group.is_quiet or coalesce(notices.n_this_week, 0) >= by_group.budget) then 0 else 1 end
        else 0
    end as is_due,
    case when coalesce(notices.n_this_week, 0) = 0 and coalesce(notices.n_last_week, 0) >= by_group.budget then 1 else 0 end as is_digest
from by_group
left join threads on threads.shown_with = by_group.shown_with and threads.channel = by_group.channel and threads.by_place = 1
left join (
    {{ mlmon.notices_by_week(now) }}
) as notices on notices.monitor = by_group.monitor and notices.channel = by_group.channel
where by_group.status = 'open' or by_group.is_routed = 1
order by by_group.monitor, by_group.channel_place, by_group.is_notice, by_group.place
{%- endmacro %}


{#- Whether the routes of a channel lead an incident there, as a condition; without routes everything goes everywhere. `routes`: mappings as in mlmon.yml, none where there are none at all. -#}
{% macro routes_to(routes, monitors) -%}
{%- if routes is none -%}1 = 1{%- endif -%}
{%- for route in routes or [] -%}
    {{ "or " if not loop.first }}(severity in ('error'{{ ", 'warn'" if route.severity != 'error' }})
    {%- for key, column in {'monitors': 'monitor', 'families': 'family', 'owners': 'owner'}.items() if route[key] %} and {{ column }} in ({{ mlmon.text_literals(route[key]) }}){% endfor %}
    {%- if route.tags %} and monitor in ({{ mlmon.text_literals(mlmon.monitors_tagged(route.tags, monitors)) }}){% endif %})
{%- endfor -%}
{%- if routes is not none and not routes -%}1 = 0{%- endif -%}
{%- endmacro %}


{#- The monitors that have one of the tags -> their names, at least one: an empty text is the name of none. -#}
{% macro monitors_tagged(tags, monitors) %}
    {%- set found = [''] -%}
    {%- for name in monitors -%}
        {%- for tag in tags if tag in monitors[name].tags -%}{%- do found.append(name) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
