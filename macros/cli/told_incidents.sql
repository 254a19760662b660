{#- What each of `channels` was told of an incident that it takes for open, or that is, as a query: a row an incident and channel. Whatever a channel was told before it was last told that the incident
    had ended counts no more: `is_told` says that it takes the incident for open.

    Late data or another configuration may end an incident that was told without a trace, or give it another name. The one of its series that lasted beyond the last window
    that was told is its heir: the same trouble, which is not told again. What was told of one counts for its heir. -#}
{% macro told_incidents(channels, deliveries, incidents) -%}
{%- set ended = "max(case when deliveries.transition in ('resolved', 'withdrawn') then deliveries.delivered_at end)" -%}
{%- set counts = '(ended_at is null or delivered_at > ended_at)' -%}
{%- set flags = ['is_told', 'is_told_error', 'is_told_acknowledged', 'n_ended', 'extent', 'value_rate', 'receipt'] -%}
with told as (
    select
        incident_id, channel,
        {% for name in mlmon.series_key() %}max({{ name }}) as {{ name }}, {% endfor %}
        max(case when transition = 'opened' and {{ counts }} then 1 else 0 end) as is_told,
        max(case when severity = 'error' and {{ counts }} then 1 else 0 end) as is_told_error,
        max(case when transition = 'acknowledged' and {{ counts }} then 1 else 0 end) as is_told_acknowledged,
        count(distinct case when transition in ('resolved', 'withdrawn') then delivery_key end) as n_ended,
        max(case when {{ counts }} then extent end) as extent,
        max(case when {{ counts }} then value_rate end) as value_rate,
        max(as_of) as as_of,
        max(case when by_receipt = 1 then receipt end) as receipt
    from (
        select
            deliveries.*, live.ended_at,
            row_number() over (
                partition by deliveries.incident_id, deliveries.channel
                order by case when deliveries.receipt is null then 1 else 0 end, deliveries.delivered_at, deliveries.delivery_key
            ) as by_receipt
        from {{ deliveries }} as deliveries
        -- first what is not over, and only then what was told of it: what is past costs little
        inner join (
            select deliveries.incident_id, deliveries.channel, {{ ended }} as ended_at
            from {{ deliveries }} as deliveries
            left join {{ incidents }} as incidents on incidents.incident_id = deliveries.incident_id and incidents.status = 'open'
            where {% if channels %}deliveries.channel in ({{ mlmon.text_literals(channels) }}){% else %}deliveries.transition <> 'action'{% endif %}
            group by deliveries.incident_id, deliveries.channel
            having {{ ended }} is null or max(case when deliveries.transition = 'opened' then deliveries.delivered_at end) > {{ ended }}
                or max(incidents.incident_id) is not null
        ) as live on live.incident_id = deliveries.incident_id and live.channel = deliveries.channel
    ) as numbered
    group by incident_id, channel
),

heirs as (
    select
        told.incident_id as gone_id, told.channel, heirs.incident_id,
        row_number() over (partition by told.incident_id, told.channel order by heirs.opened_at, heirs.incident_id) as by_time
    from told
    left join {{ incidents }} as incidents on incidents.incident_id = told.incident_id
    inner join {{ incidents }} as heirs
        on {{ mlmon.same_series('heirs', 'told') }}
        and (heirs.closed_at is null or heirs.closed_at > told.as_of)
    where told.is_told = 1 and incidents.incident_id is null
)

select
    coalesce(heirs.incident_id, told.incident_id) as incident_id, told.channel,
    {% for name in flags %}{{ 'sum' if name == 'n_ended' else 'max' }}(told.{{ name }}) as {{ name }}{{ ", " if not loop.last }}{% endfor %}
from told
left join heirs on heirs.gone_id = told.incident_id and heirs.channel = told.channel and heirs.by_time = 1
group by coalesce(heirs.incident_id, told.incident_id), told.channel
{%- endmacro %}


{#- Whether an incident is of the series that was told -> SQL condition. Early deliveries know no role of a column, and no baseline but the reference. -#}
{% macro same_series(incidents, told) -%}
    {{ mlmon.same_row(incidents, told, mlmon.series_key(without=['column_role', 'compared_to'])) }}
    and {{ incidents }}.compared_to = coalesce({{ told }}.compared_to, 'reference')
{%- endmacro %}
