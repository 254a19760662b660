{#- Actions that open errors ask for and that were not started for them yet -> list of rows of kind `asked`. `actions`: a list of names, or a mapping from a name to
    that under which it is recorded. `deliveries` and `adopted` are what
    `delivered_transitions` and `posted_and_gone` found: an incident that late data renamed does not ask again.
    Logs that cannot be read ask for nothing: to retrain on them, or to look at them, would not help. -#}
{% macro asked_actions(actions, incidents, deliveries, adopted) %}
    {%- set found = [] -%}
    {%- if not actions -%}{{ return(found) }}{%- endif -%}
    {%- set channels, last = {}, {} -%}
    {%- for action in actions -%}{%- do channels.update({action: 'action:' ~ (actions[action] if actions is mapping else action)}) -%}{%- endfor -%}
    {%- for posted in deliveries.values() -%}
        {%- for action in actions if channels[action] in posted.done -%}
            {%- set key = posted.row.monitor ~ '|' ~ action -%}
            {%- do last.update({key: ([last.get(key, ''), posted.action_times.get(channels[action], '')] | max)}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set mature = run_query(mlmon.labels_complete_query()).columns[0].values() -%}
    {%- for incident in incidents if incident.status == 'open' and incident.severity == 'error' and incident.actions and incident.metric != 'data_problem'
            and not incident.is_muted and not incident.is_expected and not incident.is_before_reference -%}
        {%- for action in incident.actions.split(',') if action in actions -%}
            {%- set channel = channels[action] -%}
            {%- if not mlmon.done_on(deliveries.get(incident.incident_id), channel) and not mlmon.done_on(adopted.get(mlmon.series_of(incident)), channel) -%}
                {%- do found.append({
                    'kind': 'asked', 'action': action, 'monitor': incident.monitor, 'incident_id': incident.incident_id,
                    'last_started_at': last.get(incident.monitor ~ '|' ~ action),
                    'labels_mature': incident.incident_id in mature
                }) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{#- The incidents that opened in a window whose labels count as complete by now, or whose monitor has none. -#}
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
    where not monitors.has_labels or windows.mature_until >= incidents.opened_at
{% endmacro %}
