{#- What each of `channels` was told of an incident that it takes for open, or that is, as a query: a row an incident and channel. Whatever a channel was told before it was last told that the incident
    had ended counts no more: `is_told` says that it takes the incident for open. -#}
{% macro told_incidents(channels) -%}
{%- set key = ['incident_id', 'channel'] | join(', ') -%}
{%- set counts = '(ended_at is null or delivered_at > ended_at)' -%}
{%- set ended = "max(case when deliveries.transition in ('resolved', 'withdrawn') then deliveries.delivered_at end)" -%}
select
    {{ key }},
    {% for name in mlmon.series_key() %}max({{ name }}) as {{ name }}, {% endfor %}
    max(case when transition = 'opened' and {{ counts }} then 1 else 0 end) as is_told,
    max(case when severity = 'error' and {{ counts }} then 1 else 0 end) as is_told_error,
    max(case when transition = 'acknowledged' and {{ counts }} then 1 else 0 end) as is_told_acknowledged,
    count(distinct case when transition in ('resolved', 'withdrawn') then delivery_key end) as n_ended,
    max(case when {{ counts }} then extent end) as extent,
    max(case when {{ counts }} then value_rate end) as value_rate,
    max(as_of) as as_of,
    max(case when by_time = 1 then group_id end) as group_id,
    max(case when by_receipt = 1 then receipt end) as receipt,
    max(case when by_time = 1 then severity end) as severity,
    {% for name in mlmon.told_fingerprints() %}max(case when by_time = 1 then {{ name }} end) as {{ name }}{{ ", " if not loop.last }}{% endfor %}
from (
    select
        deliveries.*, live.ended_at,
        row_number() over (partition by deliveries.incident_id, deliveries.channel order by deliveries.delivered_at desc, deliveries.delivery_key) as by_time,
        row_number() over (
            partition by deliveries.incident_id, deliveries.channel
            order by case when deliveries.receipt is null then 1 else 0 end, deliveries.delivered_at, deliveries.delivery_key
        ) as by_receipt
    from {{ mlmon.built_table('mlmon_deliveries') }} as deliveries
    -- first what is not over, and only then what was told of it: what is past costs little
    inner join (
        select deliveries.incident_id, deliveries.channel, {{ ended }} as ended_at
        from {{ mlmon.built_table('mlmon_deliveries') }} as deliveries
        left join {{ mlmon.built_table('mlmon_incidents') }} as incidents on incidents.incident_id = deliveries.incident_id and incidents.status = 'open'
        where deliveries.channel in ({{ mlmon.text_literals(channels) }})
        group by deliveries.incident_id, deliveries.channel
        having {{ ended }} is null or max(case when deliveries.transition = 'opened' then deliveries.delivered_at end) > {{ ended }}
            or max(incidents.incident_id) is not null
    ) as live on live.incident_id = deliveries.incident_id and live.channel = deliveries.channel
) as numbered
group by {{ key }}
{%- endmacro %}


{#- What an incident rests on beside its rows, kept with each delivery: the reference, what is added up, what judges. -#}
{% macro told_fingerprints() %}{{ return(['reference_id', 'sums_hash', 'rules_hash']) }}{% endmacro %}
