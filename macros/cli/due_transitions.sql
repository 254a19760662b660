{#- What is due to be told, as a query: a row an incident and channel, for what is open and for what ended and was not told. `is_new`, `is_worse`, `is_taken` and `is_over` say
    which of its transitions are due: opened, escalated, acknowledged (to `pagers`), resolved.

    Late data or another configuration may end an incident that was told without a trace, or give it another name. The one of its series that lasted beyond the last window
    that was told is its heir: the same trouble, which is not told again. One without an heir has `is_gone`. -#}
{% macro due_transitions(channels, pagers) -%}
{%- set incidents = mlmon.built_table('mlmon_incidents') -%}
{%- set flags = ['is_told', 'is_told_error', 'is_told_acknowledged', 'n_ended', 'extent', 'value_rate', 'receipt', 'as_of'] + mlmon.told_fingerprints() -%}
with told as (
    {{ mlmon.told_incidents(channels) }}
),

channels as (
    {% for channel in channels -%}
    select {{ mlmon.text_literal(channel) }} as channel, {{ 1 if channel in pagers else 0 }} as is_pager
    {{ "union all" if not loop.last }}
    {% endfor %}
),

gone as (
    select told.*
    from told
    left join {{ incidents }} as incidents on incidents.incident_id = told.incident_id
    where told.is_told = 1 and incidents.incident_id is null
),

heirs as (
    select
        gone.incident_id as gone_id, gone.channel, incidents.incident_id,
        row_number() over (partition by gone.incident_id, gone.channel order by incidents.opened_at, incidents.incident_id) as by_time
    from gone
    inner join {{ incidents }} as incidents
        on {{ mlmon.same_row('incidents', 'gone', mlmon.series_key(without=['column_role'])) }}
        and (incidents.closed_at is null or incidents.closed_at > gone.as_of)
),

known as (
    select
        coalesce(heirs.incident_id, told.incident_id) as incident_id, told.channel,
        {% for name in flags %}{{ 'sum' if name == 'n_ended' else 'max' }}(told.{{ name }}) as {{ name }}{{ ", " if not loop.last }}{% endfor %}
    from told
    left join heirs on heirs.gone_id = told.incident_id and heirs.channel = told.channel and heirs.by_time = 1
    group by coalesce(heirs.incident_id, told.incident_id), told.channel
),

due as (
    select
        incidents.incident_id, channels.channel,
        {% for name in flags %}{{ 'coalesce(known.' ~ name ~ ', 0)' if name.startswith('is_') or name == 'n_ended' else 'known.' ~ name }} as {{ name }}, {% endfor %}
        case
            when coalesce(known.is_told, 0) = 1 then 0
            when incidents.status = 'open' then 1
            -- what was quiet while it lasted is not told when it is over
            when known.incident_id is null and heard.incident_id is null and not incidents.is_expected and not incidents.is_before_reference
                and incidents.muted_until is null then 1
            else 0
        end as is_new,
        case when known.is_told = 1 and known.is_told_error = 0 and incidents.severity = 'error' and incidents.escalated_at > incidents.opened_at then 1 else 0 end as is_worse,
        case
            when channels.is_pager = 1 and known.is_told = 1 and known.is_told_acknowledged = 0
                and incidents.acknowledged_by is not null and incidents.status = 'open' then 1
            else 0
        end as is_taken,
        case when incidents.status = 'closed' and (known.is_told = 1 or (known.incident_id is null and heard.incident_id is null)) then 1 else 0 end as is_over,
        incidents.status
    from {{ incidents }} as incidents
    cross join channels
    left join known on known.incident_id = incidents.incident_id and known.channel = channels.channel
    left join (
        select distinct incident_id, channel
        from {{ mlmon.built_table('mlmon_deliveries') }}
    ) as heard on heard.incident_id = incidents.incident_id and heard.channel = channels.channel
)

select due.*, 0 as is_gone
from due
where status = 'open' or (is_over = 1 and (is_told = 1 or is_new = 1))
union all
select
    gone.incident_id, gone.channel, {% for name in flags %}gone.{{ name }}, {% endfor %}
    0, 0, 0, 1, 'closed', 1
from gone
left join heirs on heirs.gone_id = gone.incident_id and heirs.channel = gone.channel
where heirs.gone_id is null
{%- endmacro %}
