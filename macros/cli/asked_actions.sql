{#- Actions that open errors ask for and that were not started for them yet -> list of rows of kind `asked`. `actions`: a list of names, or a mapping from a name to
    that under which it is recorded. An incident that late data renamed does not ask again.
    Logs that cannot be read ask for nothing: to retrain on them, or to look at them, would not help. -#}
{% macro asked_actions(actions, incidents) %}
    {%- set found, channels = [], {} -%}
    {%- if not actions -%}{{ return(found) }}{%- endif -%}
    {%- for action in actions -%}{%- do channels.update({action: 'action:' ~ (actions[action] if actions is mapping else action)}) -%}{%- endfor -%}
    {%- set started = run_query(mlmon.started_actions_query(channels.values() | list)).rows -%}
    {%- set done, last = [], {} -%}
    {%- for incident_id, channel in started if incident_id is not none -%}{%- do done.append(incident_id ~ '|' ~ channel) -%}{%- endfor -%}
    {%- for row in mlmon.query_rows(mlmon.last_starts_query(channels.values() | list)) -%}{%- do last.update({row.monitor ~ '|' ~ row.channel: row.delivered_at}) -%}{%- endfor -%}
    {%- set mature = run_query(mlmon.labels_complete_query()).columns[0].values() -%}
    {%- for incident in incidents if incident.status == 'open' and incident.severity == 'error' and incident.actions and incident.metric != 'data_problem'
            and not incident.is_muted and not incident.is_expected and not incident.is_before_reference -%}
        {%- for action in incident.actions.split(',') if action in actions and incident.incident_id ~ '|' ~ channels[action] not in done -%}
            {%- do found.append({
                'kind': 'asked', 'action': action, 'monitor': incident.monitor, 'incident_id': incident.incident_id,
                'last_started_at': last.get(incident.monitor ~ '|' ~ channels[action]),
                'labels_mature': incident.incident_id in mature
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{#- Open incidents for which an action was started: under their name, or under one that is no more and was of their series. -#}
{% macro started_actions_query(channels) %}
    select distinct incidents.incident_id, deliveries.channel
    from {{ mlmon.built_table('mlmon_incidents') }} as incidents
    inner join {{ mlmon.built_table('mlmon_deliveries') }} as deliveries on {{ mlmon.same_series('incidents', 'deliveries') }}
    left join {{ mlmon.built_table('mlmon_incidents') }} as named on named.incident_id = deliveries.incident_id
    where incidents.status = 'open' and deliveries.transition = 'action' and deliveries.channel in ({{ mlmon.text_literals(channels) }})
        and (deliveries.incident_id = incidents.incident_id or named.incident_id is null)
{% endmacro %}


{#- When an action was last started for any incident of a monitor. -#}
{% macro last_starts_query(channels) %}
    select monitor, channel, max(delivered_at) as delivered_at
    from {{ mlmon.built_table('mlmon_deliveries') }}
    where transition = 'action' and channel in ({{ mlmon.text_literals(channels) }})
    group by monitor, channel
{% endmacro %}


{#- The open incidents that opened in a window whose labels count as complete by now, or whose monitor has none. -#}
{% macro labels_complete_query() %}
    select incidents.incident_id
    from {{ mlmon.built_table('mlmon_incidents') }} as incidents
    inner join {{ mlmon.built_table('mlmon_monitors') }} as monitors on monitors.monitor = incidents.monitor
    left join (
        select monitor, max(window_start) as mature_until
        from {{ mlmon.built_table('mlmon_performance') }}
        where is_mature and segment = 'overall' and model_version = 'all'
        group by monitor
    ) as windows on windows.monitor = incidents.monitor
    where incidents.status = 'open' and (not monitors.has_labels or windows.mature_until >= incidents.opened_at)
{% endmacro %}
