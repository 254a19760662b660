{{ config(materialized=mlmon.table_kind()) }}
{%- set families = mlmon.families_by_rank() %}
{%- set shown = 5 %}
-- Incidents that broke together, one row: the headline, what is beneath it, and what seems to have caused it.
with members as (
    select
        *,
        case when status = 'open' then 1 else 0 end as is_open,
        case when severity = 'error' then 1 else 0 end as is_error,
        case when segment = 'overall' then null else segment || '=' || segment_value end as part,
        {{ mlmon.by_span() }} as by_span
    from {{ ref('mlmon_incidents') }}
),

totals as (
    select
        group_id,
        sum(case when by_span = 1 then 1 else 0 end) as n_incidents,
        sum(is_open * case when by_span = 1 then 1 else 0 end) as n_open,
        min(first_breach_at) as first_breach_at,
        min(opened_at) as opened_at,
        max(last_breach_at) as last_breach_at,
        max(closed_at) as closed_at,
        max(n_windows) as n_windows,
        max(reopened_at) as reopened_at,
        max(n_episodes) as n_episodes,
        -- as severe as the worst of what is open; of all where nothing is
        max(is_error) as any_error,
        max(is_error * is_open) as open_error,
        min(case when severity = 'error' then escalated_at end) as escalated_at,
        {%- for family in families %}
        sum(case when family = '{{ family }}' and by_span = 1 then 1 else 0 end) as n_{{ family }},
        {%- endfor %}
        max(acknowledged_at) as acknowledged_at,
        -- quiet only where all that is open is
        case
            when sum(is_open) = sum(case when is_open = 1 and muted_until is not null then 1 else 0 end)
                then min(case when is_open = 1 then muted_until end)
        end as muted_until,
        case
            when sum(is_open) = sum(case when is_open = 1 and cooling_until is not null then 1 else 0 end)
                then min(case when is_open = 1 then cooling_until end)
        end as cooling_until,
        min(case when is_expected then 1 else 0 end) as all_expected,
        min(case when is_before_reference then 1 else 0 end) as all_before_reference
    from members
    group by group_id
),

-- of each sort the latest word
acknowledged as (
    select group_id, acknowledged_by, row_number() over (partition by group_id order by acknowledged_at desc, incident_id) as by_time
    from members
    where acknowledged_at is not null
),

columns_moved as (
    select group_id, subject, row_number() over (partition by group_id order by {{ mlmon.by_size('max(peak_effect)') }} desc, subject) as by_effect
    from members
    where family = 'drift'
    group by group_id, subject
),

parts_moved as (
    select group_id, part, row_number() over (partition by group_id order by count(*) desc, {{ mlmon.by_size('max(peak_effect)') }} desc, part) as by_effect
    from members
    where part is not null
    group by group_id, part
),

moved_columns as (
    select
        group_id, count(*) as n_columns,
        {% for number in range(1, shown + 1) %}{{ "coalesce(', ' || " if not loop.first }}max(case when by_effect = {{ number }} then subject end){{ ", '')" if not loop.first }}{{ ' || ' if not loop.last }}{% endfor %} as columns_moved
    from columns_moved
    group by group_id
),

moved_parts as (
    select
        group_id, count(*) as n_segments,
        {% for number in range(1, shown + 1) %}{{ "coalesce(', ' || " if not loop.first }}max(case when by_effect = {{ number }} then part end){{ ", '')" if not loop.first }}{{ ' || ' if not loop.last }}{% endfor %} as segments_moved
    from parts_moved
    group by group_id
),

headlines as (
    select group_id, {{ mlmon.series_key() | join(', ') }}, first_breach_at, last_breach_at
    from members
    where group_place = 1
),

whole_headlines as (
    select *
    from headlines
    where family in ('performance', 'kpi') and segment = 'overall'
),

explained as (
    {{ mlmon.explained_by('whole_headlines', ref('mlmon_measured')) }}
),

-- what carries evidence that it moved the headline: data of the same rows that broke badly and no later, then what the change is made of, then a volume that did
causes as (
    select
        members.group_id, members.incident_id as cause_incident_id,
        case when members.metric = 'n_predictions' then 'volume' else 'data' end as cause_kind,
        case
            when members.metric = 'n_predictions' then 'volume' || coalesce(' of ' || members.part, '') || case when members.side = 'below' then ' fell' else ' rose' end
            when members.family = 'operations' then members.metric || coalesce(' in ' || members.part, '') || ' rose'
            else members.metric || ' of ' || members.subject || coalesce(' in ' || members.part, '') || ' rose'
        end as cause,
        {{ mlmon.double_literal(none) }} as cause_share,
        case when members.metric = 'n_predictions' then 2 else 0 end as rank_of_kind,
        members.first_breach_at, members.peak_effect
    from members
    inner join headlines on headlines.group_id = members.group_id
    where headlines.family in ({{ mlmon.text_literals(mlmon.families_by_rank(waits_for_labels=true)) }})
        and (members.metric = 'n_predictions' or members.metric in ({{ mlmon.text_literals(mlmon.metrics_with('verdict', 'share_rise')) }}))
        and members.severity = 'error'
        and members.first_breach_at <= headlines.first_breach_at
        and (members.part is null or (members.segment = headlines.segment and members.segment_value = headlines.segment_value))
    union all
    select
        explained.group_id, evidence.incident_id, explained.cause_kind,
        case explained.cause_kind when 'segment' then explained.segment || '=' || explained.segment_value else 'drift of ' || explained.segment end,
        explained.cause_share, 1, evidence.first_breach_at, evidence.peak_effect
    from explained
    inner join whole_headlines as headlines on headlines.group_id = explained.group_id
    -- the incident that says so: of the same number in that segment, or of the column
    left join (
        select
            *,
            row_number() over (partition by group_id, {{ mlmon.series_key(without=['monitor', 'model_version']) | join(', ') }} order by first_breach_at, incident_id) as by_time
        from members
    ) as evidence
        on evidence.group_id = explained.group_id and evidence.by_time = 1 and evidence.compared_to = headlines.compared_to
        and (
            (
                explained.cause_kind = 'segment' and evidence.family = headlines.family and evidence.subject = headlines.subject
                and evidence.metric = headlines.metric and evidence.segment = explained.segment and evidence.segment_value = explained.segment_value
            )
            or (
                explained.cause_kind = 'column' and evidence.family = 'drift' and evidence.subject = explained.segment and evidence.segment = 'overall'
                and evidence.metric like 'psi_excess%' and evidence.first_breach_at <= headlines.first_breach_at
            )
        )
    where explained.cause_kind = 'segment' or evidence.incident_id is not null
),

ordered_causes as (
    select
        *,
        row_number() over (partition by group_id order by rank_of_kind, first_breach_at, {{ mlmon.by_size('peak_effect') }} desc, cause_incident_id) as by_kind
    from causes
)

select
    headline.group_id, headline.monitor,
    case when totals.n_open > 0 then case when totals.open_error = 1 then 'error' else 'warn' end when totals.any_error = 1 then 'error' else 'warn' end as severity,
    case when totals.n_open > 0 then 'open' else 'closed' end as status,
    totals.first_breach_at, totals.opened_at, totals.escalated_at, totals.last_breach_at,
    case when totals.n_open = 0 then totals.closed_at end as closed_at,
    totals.n_windows,
    headline.incident_id as headline_incident_id, {% for name in mlmon.series_key(without=['monitor']) %}headline.{{ name }}, {% endfor %}
    headline.peak_value, headline.value, headline.baseline,
    {% for name in ['n_incidents', 'n_open'] %}cast(totals.{{ name }} as {{ dbt.type_bigint() }}) as {{ name }}, {% endfor %}
    {% for family in families %}cast(totals.n_{{ family }} as {{ dbt.type_bigint() }}) as n_{{ family }}, {% endfor %}
    coalesce(moved_columns.n_columns, 0) as n_columns, moved_columns.columns_moved,
    coalesce(moved_parts.n_segments, 0) as n_segments, moved_parts.segments_moved,
    causes.cause_kind, causes.cause, causes.cause_incident_id, causes.cause_share,
    headline.change_name, headline.change_kind, headline.change_at, headline.hours_after_change,
    totals.all_expected = 1 as is_expected, totals.all_before_reference = 1 as is_before_reference,
    acknowledged.acknowledged_by, totals.acknowledged_at, totals.muted_until, headline.assignee, headline.note,
    totals.cooling_until, headline.owner, headline.runbook,
    totals.reopened_at, cast(totals.n_episodes as {{ dbt.type_bigint() }}) as n_episodes
from members as headline
inner join totals on totals.group_id = headline.group_id
left join acknowledged on acknowledged.group_id = headline.group_id and acknowledged.by_time = 1
left join moved_columns on moved_columns.group_id = headline.group_id
left join moved_parts on moved_parts.group_id = headline.group_id
left join ordered_causes as causes on causes.group_id = headline.group_id and causes.by_kind = 1
where headline.group_place = 1
