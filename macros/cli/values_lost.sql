{#- What incidents have cost since their first breach, where the monitor says what outcomes are worth, as a query: the labelled predictions of the segment since then, times what
    each is worth less than in what the incident compares it with. `rate`: a window. Told for performance incidents and for those of the value itself; `is_open`: only for what is open,
    and for these `groups`. -#}
{% macro values_lost(incidents, kpis, baselines, moving, is_open=true, groups=[]) -%}
{%- set moves = mlmon.has_moving_baselines() -%}
{%- set baseline = 'coalesce(moving.baseline, baselines.baseline)' if moves else 'baselines.baseline' -%}
select
    incidents.incident_id, incidents.group_id,
    sum(({{ baseline }} - kpis.value) * kpis.denominator) as lost,
    sum(({{ baseline }} - kpis.value) * kpis.denominator) / count({{ baseline }}) as rate
from {{ incidents }} as incidents
inner join {{ kpis }} as kpis
    on kpis.monitor = incidents.monitor and kpis.model_version = incidents.model_version
    and kpis.segment = incidents.segment and kpis.segment_value = incidents.segment_value
    and kpis.kpi = 'business_value' and kpis.window_start >= incidents.first_breach_at
    and (incidents.closed_at is null or kpis.window_start < incidents.closed_at)
{{ 'left' if moves else 'inner' }} join {{ baselines }} as baselines
    on baselines.monitor = incidents.monitor and baselines.segment = incidents.segment and baselines.segment_value = incidents.segment_value
    and baselines.family = 'kpi' and baselines.subject = 'business_value' and baselines.compared_to = incidents.compared_to and baselines.phase = {{ mlmon.all_phases() }}
{%- if moves %}
left join {{ moving }} as moving
    on moving.monitor = incidents.monitor and moving.window_start = kpis.window_start and moving.segment = incidents.segment and moving.segment_value = incidents.segment_value
    and moving.family = 'kpi' and moving.subject = 'business_value' and moving.compared_to = incidents.compared_to
    and moving.model_version = {{ mlmon.baseline_version('incidents') }}
{%- endif %}
where (incidents.family in ('performance', 'value') or incidents.subject = 'business_value'){% if is_open %} and (incidents.status = 'open'{% if groups %} or incidents.group_id in ({{ mlmon.text_literals(groups) }}){% endif %}){% endif %}
group by incidents.incident_id, incidents.group_id
having sum(({{ baseline }} - kpis.value) * kpis.denominator) > 0
{%- endmacro %}


{#- What groups have cost so far, and a window. Their incidents tell of the same loss: that of the whole holds those of its segments, so the largest counts. -#}
{% macro group_costs(incidents, kpis, baselines, moving, is_open=true, groups=[]) -%}
select lost.group_id, max(lost.rate) as rate, max(lost.lost) as lost
from (
    {{ mlmon.values_lost(incidents, kpis, baselines, moving, is_open, groups) }}
) as lost
group by lost.group_id
{%- endmacro %}
