{{ config(materialized=mlmon.table_kind()) }}
{%- set fingerprints = ['reference_id', 'sums_hash', 'rules_hash'] %}
{%- set window_after = mlmon.add_windows('monitors.' ~ mlmon.reserved_name('window'), 'incidents.closed_at', 1) %}
{%- set labels_take = 'case when incidents.family in (' ~ mlmon.text_literals(mlmon.families_by_rank(waits_for_labels=true)) ~ ") then coalesce(monitors.maturity_seconds, 0) else 0 end" %}
{%- set or_taken_anew = ' or end_told is null' if mlmon.run_option('mlmon_rebaseline', false) else '' %}
-- What happened to incidents and is, or was, to be told, whatever the channel. What became of those that are in the tables no more is known from what was told of them.
with deliveries as (
    select
        deliveries.*,
        case when deliveries.transition in ('resolved', 'withdrawn') then 1 else 0 end as is_end,
        max(case when deliveries.transition = 'opened' then deliveries.delivered_at end) over (partition by deliveries.incident_id) as told_at,
        max(deliveries.as_of) over (partition by deliveries.incident_id) as told_until
    from {{ ref('mlmon_deliveries') }} as deliveries
    where deliveries.transition <> 'action'
),

ordered as (
    select
        deliveries.*,
        row_number() over (
            partition by deliveries.incident_id, deliveries.is_end
            order by deliveries.delivered_at desc, deliveries.delivery_key
        ) as by_time
    from deliveries
    where deliveries.told_at is not null and (deliveries.is_end = 0 or deliveries.delivered_at >= deliveries.told_at)
),

-- what it rested on when it was told last, and when it was told that it is over, if that was told
told as (
    select
        lasting.*,
        {% for name in fingerprints %}ends.{{ name }} as {{ name }}_at_end, {% endfor %}ends.transition as end_told
    from ordered as lasting
    left join ordered as ends on ends.incident_id = lasting.incident_id and ends.is_end = 1 and ends.by_time = 1
    where lasting.is_end = 0 and lasting.by_time = 1
),

incidents as (
    select
        incidents.*,
        case when incidents.status = 'open' then 0 else 1 end as is_closed,
        case when incident_groups.status = 'open' then 0 else 1 end as group_is_closed,
        case when incident_groups.severity = 'error' then 0 else 1 end as rank_of_severity,
        {{ mlmon.family_rank('incident_groups.family') }} as rank_of_family,
        incident_groups.first_breach_at as group_begins_at
    from {{ ref('mlmon_incidents') }} as incidents
    inner join {{ ref('mlmon_incident_groups') }} as incident_groups on incident_groups.group_id = incidents.group_id
),

-- told, and in the tables no more, nor under another name; what else was told with it and is open names the group
gone as (
    select told.incident_id, max(mates.group_id) as group_id
    from told
    left join incidents on incidents.incident_id = told.incident_id
    left join incidents as heirs
        on {{ mlmon.same_series('heirs', 'told') }}
        and (heirs.closed_at is null or heirs.closed_at > told.told_until)
    left join told as told_with on told_with.group_id = told.group_id
    left join incidents as mates on mates.incident_id = told_with.incident_id and mates.status = 'open'
    where incidents.incident_id is null and heirs.incident_id is null
    group by told.incident_id
),

over as (
    select
        incidents.incident_id, incidents.monitor, incidents.metric, incidents.resolved_by,
        -- the window that closed it was not complete, or its labels were not, when the run before looked
        case when {{ mlmon.matures_at(window_after, labels_take) }} <= new_watermarks.previous_newest_timestamp then 0 else 1 end as is_by_new_data,
        0 as is_gone
    from incidents
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = incidents.monitor
    left join {{ ref('mlmon_new_watermarks') }} as new_watermarks on new_watermarks.monitor = incidents.monitor
    where incidents.status = 'closed'
    union all
    select gone.incident_id, told.monitor, told.metric, null, 0, 1
    from gone
    inner join told on told.incident_id = gone.incident_id
),

-- what it rests on now, or rested on when it was told that it is over
compared as (
    select
        over.*, told.incident_id as told_id, told.end_told,
        {% for name in fingerprints %}told.{{ name }}, {% endfor %}
        case when told.end_told is not null then told.sums_hash_at_end else monitors.sums_hash end as sums_hash_now,
        case when told.end_told is not null then told.rules_hash_at_end else monitors.incidents_hash end as rules_hash_now,
        case when told.end_told is not null then told.reference_id_at_end else bins.reference_id end as reference_id_now
    from over
    left join told on told.incident_id = over.incident_id
    left join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = over.monitor
    left join (
        {{ mlmon.references_in_force() }}
    ) as bins on bins.monitor = over.monitor
),

-- what was told and is over without data of its own to end it, did not recover
explained as (
    select
        incident_id, is_gone,
        case
            when told_id is null or end_told = 'resolved' then null
            when is_gone = 1 and sums_hash_now is null then 'monitor'
            when end_told is null and (metric = 'data_problem' or resolved_by is not null or is_by_new_data = 1) then null
            -- a reference is named by what defines it and, at last, by the rows that it holds: where those are the same, what is counted of them has changed
            when {{ dbt.right('reference_id', 32) }} <> coalesce({{ dbt.right('reference_id_now', 32) }}, ''){{ or_taken_anew }} then 'reference'
            when sums_hash <> sums_hash_now or rules_hash <> rules_hash_now then 'configuration'
            when is_gone = 1 then 'late_data'
            when end_told = 'withdrawn' then 'reference'
        end as why
    from compared
),

-- of open groups, what they cost in a window
costs as (
    {{ mlmon.group_costs(ref('mlmon_incidents'), ref('mlmon_kpis'), ref('mlmon_baselines'), ref('mlmon_moving_baselines')) }}
),

known as (
    {{ mlmon.told_incidents([], ref('mlmon_deliveries'), ref('mlmon_incidents')) }}
),

dearer as (
    select distinct costs.group_id
    from costs
    inner join (
        select incidents.group_id, known.channel, max(known.value_rate) as rate
        from known
        inner join incidents on incidents.incident_id = known.incident_id
        where known.is_told = 1
        group by incidents.group_id, known.channel
    ) as told_rates on told_rates.group_id = costs.group_id
    where costs.rate >= 2 * told_rates.rate
),

happened as (
    select
        incident_id, 'opened' as kind, 0 as rank_of_kind, coalesce(reopened_at, opened_at) as happened_at,
        cast(null as {{ dbt.type_string() }}) as why, cast(n_episodes as {{ dbt.type_string() }}) as number_of_kind
    from incidents
    union all
    select incident_id, 'escalated', 1, escalated_at, null, cast(n_episodes as {{ dbt.type_string() }})
    from incidents
    where severity = 'error' and escalated_at > opened_at
    union all
    select incident_id, 'acknowledged', 2, acknowledged_at, null, cast(n_episodes as {{ dbt.type_string() }})
    from incidents
    where acknowledged_by is not null and status = 'open'
    union all
    select
        explained.incident_id,
        case when explained.why is null then 'recovered' when explained.why = 'monitor' then 'no_longer_monitored' else 'withdrawn' end,
        3, coalesce(incidents.closed_at, told.told_until), explained.why,
        coalesce(cast(incidents.n_episodes as {{ dbt.type_string() }}), '')
    from explained
    left join incidents on incidents.incident_id = explained.incident_id
    left join told on told.incident_id = explained.incident_id
    union all
    -- costs twice what was told of it: now, and when it was told so
    select grown.incident_id, 'grew', 4, grown.as_of, null, {{ mlmon.timestamp_text('grown.as_of') }}
    from (
        select incident_id, as_of
        from deliveries
        where transition = 'grew' and incident_id in (select incidents.incident_id from incidents)
        {{ mlmon.union_distinct() }}
        select incident_groups.headline_incident_id, windows.last_window
        from dearer
        inner join {{ ref('mlmon_incident_groups') }} as incident_groups on incident_groups.group_id = dearer.group_id
        inner join (
            {{ mlmon.last_windows(ref('mlmon_calendar')) }}
        ) as windows on windows.monitor = incident_groups.monitor
    ) as grown
)

select
    {{ dbt.hash(dbt.concat(['happened.incident_id', "'|'", 'happened.kind', "'|'", 'happened.number_of_kind'])) }} as transition_id,
    {% for name in mlmon.series_key() %}coalesce(incidents.{{ name }}, told.{{ name }}) as {{ name }}, {% endfor %}
    happened.incident_id, happened.kind, happened.happened_at as {{ mlmon.reserved_name('at') }}, happened.why,
    coalesce(incidents.severity, told.severity) as severity,
    cast(row_number() over (
        partition by coalesce(incidents.monitor, told.monitor)
        order by
            coalesce(incidents.is_closed, 2), coalesce(incidents.group_is_closed, 2), coalesce(incidents.rank_of_severity, 2), coalesce(incidents.rank_of_family, 5),
            coalesce(incidents.group_begins_at, told.as_of), coalesce(incidents.group_id, ''), coalesce(incidents.group_place, 0),
            happened.incident_id, happened.rank_of_kind, happened.happened_at
    ) as {{ dbt.type_bigint() }}) as place,
    coalesce(incidents.group_id, gone.group_id, happened.incident_id) as shown_with
from happened
left join incidents on incidents.incident_id = happened.incident_id
left join gone on gone.incident_id = happened.incident_id
left join told on told.incident_id = happened.incident_id
