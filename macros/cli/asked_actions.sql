{#- Actions that open errors ask for and that were not started for them yet -> list of rows of kind `asked`. `deliveries` and `adopted` are what
    `delivered_transitions` and `posted_and_gone` found: an incident that late data renamed does not ask again.
    Logs that cannot be read ask for nothing: to retrain on them, or to look at them, would not help. -#}
{% macro asked_actions(actions, incidents, deliveries, adopted) %}
    {%- set found = [] -%}
    {%- if not actions -%}{{ return(found) }}{%- endif -%}
    {%- set last = {} -%}
    {%- for posted in deliveries.values() -%}
        {%- for action in actions if ('action:' ~ action) in posted -%}
            {%- set key = posted.row.monitor ~ '|' ~ action -%}
            {%- do last.update({key: ([last.get(key, ''), posted.action_times['action:' ~ action]] | max)}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set mature = {} -%}
    {%- for row in mlmon.query_rows(mlmon.mature_until_query()) -%}{%- do mature.update({row.monitor: row}) -%}{%- endfor -%}
    {%- for incident in incidents if incident.status == 'open' and incident.severity == 'error' and incident.actions and incident.metric != 'data_problem'
            and not incident.is_muted and not incident.is_expected and not incident.is_before_reference -%}
        {%- for action in incident.actions.split(',') if action in actions -%}
            {%- set channel = 'action:' ~ action -%}
            {%- if channel not in (deliveries.get(incident.incident_id) or {}) and channel not in (adopted.get(mlmon.series_of(incident)) or {}) -%}
                {%- set known = mature.get(incident.monitor, {}) -%}
                {%- do found.append({
                    'kind': 'asked', 'action': action, 'monitor': incident.monitor, 'incident_id': incident.incident_id,
                    'last_started_at': last.get(incident.monitor ~ '|' ~ action),
                    'labels_mature': not known.get('has_labels') or (known.mature_until is not none and incident.opened_at is not none and known.mature_until >= incident.opened_at)
                }) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{#- The latest window of each monitor whose labels count as complete. -#}
{% macro mature_until_query() %}
    select monitors.monitor, monitors.has_labels, max(case when performance.is_mature then performance.window_start end) as mature_until
    from {{ mlmon.model_relation('mlmon_monitors') }} as monitors
    left join {{ mlmon.model_relation('mlmon_performance') }} as performance
        on performance.monitor = monitors.monitor and performance.segment = 'overall' and performance.model_version = 'all'
    group by monitors.monitor, monitors.has_labels
{% endmacro %}
