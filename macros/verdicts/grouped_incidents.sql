{#- Incidents that belong together, as a query: the incidents of `found_incidents` with group_id and their place in the group (1 is the headline).
    An incident joins what it has a topic in common with, however late, while that is open or closed no longer than `reopen_within` windows ago: the same column, the
    same outcome (performance and KPIs rest on the same labelled rows), the same group of fairness, the same part of the log's health; or the same segment, where
    the trouble is that segment's own. What has no such tie is one group while each begins within `group_within` windows of the one before and something of it is still open.
    Logs that cannot be read are a group of their own. What is over is over for its echoes, which broke no later and not much more often: numbers of seven windows
    forget slowly, and a segment with few rows may never be judged again.
    What leads is what the model is for: performance, then KPIs, fairness, operations, drift; the whole before its parts.
    `found_incidents`, `monitors`: what to select from, with the columns of mlmon_found_incidents and mlmon_monitors. -#}
{% macro grouped_incidents(found_incidents, monitors) -%}
{%- set by_time = 'order by first_breach_at, incident_id' -%}
{%- set later = "cast('9999-01-01' as " ~ dbt.type_timestamp() ~ ")" -%}
{%- set whole = "segment = 'overall'" -%}
with incidents as (
    select
        found_incidents.*, monitors.group_within, monitors.{{ mlmon.reserved_name('window') }} as time_window,
        case when found_incidents.metric = 'data_problem' then 1 else 0 end as is_data,
        {{ mlmon.incident_topic('found_incidents') }} as topic,
        -- windows before its own that a number still remembers
        case when found_incidents.metric in ({{ mlmon.text_literals(mlmon.pooled_metrics()) }}) then monitors.pooled_windows - 1 else 0 end as looks_back,
        coalesce(found_incidents.closed_at, {{ later }}) as ends_at,
        -- until when another incident would belong to it
        {{ mlmon.add_windows('monitors.' ~ mlmon.reserved_name('window'), 'coalesce(found_incidents.closed_at, found_incidents.last_judged_at)', 'cast(monitors.reopen_within as ' ~ dbt.type_int() ~ ')') }} as joins_until
    from {{ found_incidents }} as found_incidents
    inner join {{ monitors }} as monitors on monitors.monitor = found_incidents.monitor
),

-- topics that broke in the whole log: then a segment is no more than a part of it
wholes as (
    select monitor, topic, min(first_breach_at) as first_breach_at, max(joins_until) as joins_until
    from incidents
    where {{ whole }}
    group by monitor, topic
),

-- the segment that an incident is the own trouble of
placed as (
    select
        incidents.*,
        case
            when incidents.{{ whole }} or incidents.is_data = 1 then 'incident|' || incidents.incident_id
            when wholes.topic is not null then 'incident|' || incidents.incident_id
            else 'segment|' || incidents.segment || '|' || incidents.segment_value
        end as own_segment
    from incidents
    left join wholes
        on wholes.monitor = incidents.monitor and wholes.topic = incidents.topic
        and wholes.first_breach_at <= incidents.joins_until and wholes.joins_until >= incidents.first_breach_at
),
{% for tie in ['topic', 'own_segment'] %}
{%- set before = 'placed' if loop.first else 'tied_by_topic' %}
reached_by_{{ tie }} as (
    select
        {{ before }}.*,
        max(joins_until) over (partition by monitor, {{ tie }} {{ by_time }} rows between unbounded preceding and 1 preceding) as reached_until
    from {{ before }}
),

numbered_by_{{ tie }} as (
    select
        reached_by_{{ tie }}.*,
        sum(case when first_breach_at <= reached_until then 0 else 1 end) over (partition by monitor, {{ tie }} {{ by_time }} rows unbounded preceding) as {{ tie }}_number
    from reached_by_{{ tie }}
),

tied_by_{{ tie }} as (
    select
        {% if loop.first %}monitor, incident_id, first_breach_at, ends_at, last_judged_at, joins_until, is_data, group_within, time_window, topic, own_segment, topic_number,
        {% else %}monitor, incident_id, first_breach_at, ends_at, is_data, group_within, time_window, topic, topic_number, topic_founder,
        {% endif %}first_value(incident_id) over (partition by monitor, {{ tie }}, {{ tie }}_number {{ by_time }} rows unbounded preceding) as {{ tie }}_founder
    from numbered_by_{{ tie }}
),
{% endfor %}
tied as (
    select
        tied_by_own_segment.*,
        case when topic_founder <> incident_id then topic_founder when own_segment_founder <> incident_id then own_segment_founder end as tie
    from tied_by_own_segment
),

-- what has no tie: by time
preceded as (
    select
        tied.*,
        lag(first_breach_at) over (partition by monitor, is_data {{ by_time }}) as previous_breach_at,
        max(ends_at) over (partition by monitor, is_data {{ by_time }} rows between unbounded preceding and 1 preceding) as previous_ends_at
    from tied
    where tie is null
),

chained as (
    select
        preceded.*,
        sum(case
            when is_data = 0 and previous_ends_at > first_breach_at
                and {{ mlmon.add_windows('time_window', 'previous_breach_at', 'cast(group_within as ' ~ dbt.type_int() ~ ')') }} >= first_breach_at then 0
            else 1
        end) over (partition by monitor, is_data {{ by_time }} rows unbounded preceding) as chain_number
    from preceded
),

parents as (
    select monitor, incident_id, tie as parent_id from tied where tie is not null
    union all
    select monitor, incident_id, first_value(incident_id) over (partition by monitor, is_data, chain_number {{ by_time }} rows unbounded preceding) as parent_id
    from chained
),
{#- a parent is always earlier, and its parent earlier still: six generations are one -#}
{% for step in range(2, 7) %}
parents_{{ step }} as (
    select child.monitor, child.incident_id, parent.parent_id
    from {{ 'parents' if step == 2 else 'parents_' ~ (step - 1) }} as child
    inner join parents as parent on parent.incident_id = child.parent_id
),
{% endfor %}
-- of each topic and segment the incident that broke last, in numbers that don't look back
leads as (
    select
        tied.monitor, tied.topic, tied.topic_number, incidents.segment, incidents.segment_value,
        incidents.last_breach_at, incidents.closed_at, incidents.n_windows,
        row_number() over (
            partition by tied.monitor, tied.topic, tied.topic_number, incidents.segment, incidents.segment_value
            order by incidents.last_breach_at desc, incidents.n_windows desc, incidents.incident_id
        ) as by_breach
    from incidents
    inner join tied on tied.incident_id = incidents.incident_id
    where incidents.metric not in ({{ mlmon.text_literals(mlmon.pooled_metrics()) }})
),

-- what is open longer than such a one of its own segment or the whole, although it broke no later and not much more often
followed as (
    select incidents.incident_id, min(leads.closed_at) as over_at
    from incidents
    inner join tied on tied.incident_id = incidents.incident_id
    inner join leads
        on leads.monitor = tied.monitor and leads.topic = tied.topic and leads.topic_number = tied.topic_number and leads.by_breach = 1
        and (leads.{{ whole }} or (leads.segment = incidents.segment and leads.segment_value = incidents.segment_value))
    where leads.closed_at < coalesce(incidents.closed_at, {{ later }})
        and {{ mlmon.add_windows('incidents.time_window', 'leads.last_breach_at', 'cast(incidents.looks_back as ' ~ dbt.type_int() ~ ')') }} >= incidents.last_breach_at
        and 2 * leads.n_windows + incidents.looks_back >= incidents.n_windows
    group by incidents.incident_id
),

final_state as (
    select
        {% for name in ['incident_id'] + mlmon.series_key() + ['severity', 'opened_at', 'first_breach_at',
            'last_breach_at', 'n_windows', 'peak_effect'] %}incidents.{{ name }}, {% endfor %}
        incidents.is_data, incidents.time_window, parents_6.parent_id as founder_id,
        case when incidents.closed_at is null and followed.over_at is null then 'open' else 'closed' end as status,
        coalesce(followed.over_at, incidents.closed_at) as closed_at,
        coalesce(followed.over_at, incidents.closed_at, {{ later }}) as ends_at
    from incidents
    inner join parents_6 on parents_6.incident_id = incidents.incident_id
    left join followed on followed.incident_id = incidents.incident_id
)

select
    final_state.*,
    row_number() over (
        partition by founder_id
        order by
            case status when 'open' then 0 else 1 end,
            {{ mlmon.family_rank('family') }},
            case when metric in ('prevalence', 'label_coverage') then 1 else 0 end,
            case severity when 'error' then 0 else 1 end,
            case when segment = 'overall' and model_version = 'all' then 0 else 1 end,
            {{ mlmon.by_size('peak_effect') }} desc, first_breach_at, metric, incident_id
    ) as place,
    {{ dbt.hash(dbt.concat(["'group|'", 'founder_id'])) }} as group_id
from final_state
{%- endmacro %}


{#- What an incident is about, whatever the segment: incidents of one topic have one cause until something says otherwise. -#}
{% macro incident_topic(row) -%}
    case
        when {{ row }}.family = 'drift' then 'column|' || {{ row }}.subject
        {%- for family, declared in mlmon.declared_metrics().items() if declared.topic %}
        when {{ row }}.family = '{{ family }}' then '{{ declared.topic }}'
        {%- endfor %}
        when {{ row }}.family = 'operations' and {{ row }}.metric like 'latency%' then 'latency'
        else {{ row }}.family || '|' || {{ row }}.subject || '|' || case when {{ row }}.family = 'fairness' then '' else {{ row }}.metric end
    end
{%- endmacro %}


{#- The order in which families matter to the owner of a model. -#}
{% macro family_rank(family) -%}
    {%- set ranked = mlmon.families_by_rank() -%}
    case {{ family }}{% for name in ranked[:-1] %} when '{{ name }}' then {{ loop.index0 }}{% endfor %} else {{ ranked | length - 1 }} end
{%- endmacro %}
