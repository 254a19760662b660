{#- Appends what a person does about incidents to mlmon_events. `target`: the beginning of an incident's or a group's id, or a monitor that has one open group; without it `pattern` says which incidents are meant
    ({monitor, family, subject, metric, segment, segment_value}). `word`: actor, reason, recorded_at and what the verb needs. Prints a row of kind
    `said` for each event, or one of kind `mistake`. -#}
{% macro mlmon_say(verb, word, target=none, pattern=none) %}
    {%- do mlmon.hold_tables('going on') -%}
    {%- do mlmon.check_version(['mlmon_checks']) -%}
    {%- set last_windows = mlmon.last_windows_by_monitor() -%}
    {%- set events = [] -%}
    {%- if target is none -%}
        {%- if pattern.monitor not in last_windows -%}
            {%- do mlmon.print_row({'kind': 'mistake', 'message': "there is no monitor '" ~ pattern.monitor ~ "' with windows" ~ mlmon.suggestion(pattern.monitor, last_windows.keys() | list)}) -%}
        {%- else -%}
            {%- do events.append(mlmon.deep_merge({'scope': 'series', 'as_of': last_windows[pattern.monitor]}, pattern)) -%}
        {%- endif -%}
    {%- else -%}
        {%- set named = mlmon.named_incidents(target, last_windows) -%}
        {%- if named -%}
            {%- set members = named.members -%}
            {%- set open = members | selectattr('status', 'equalto', 'open') | list -%}
            {%- if verb == 'resolve' and not open -%}
                {%- do mlmon.print_row({'kind': 'mistake', 'message': "'" ~ target ~ "' is already closed"}) -%}
            {%- else -%}
                {%- for incident in (open if verb == 'resolve' else members[:1]) -%}
                    {%- set event = {'scope': 'group' if named.is_group else 'incident', 'as_of': last_windows.get(incident.monitor)} -%}
                    {%- for name in mlmon.series_key() + ['incident_id', 'opened_at'] -%}
                        {%- do event.update({name: incident[name]}) -%}
                    {%- endfor -%}
                    {%- do events.append(event) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
    {%- do mlmon.append_events(verb, events, word) -%}
{% endmacro %}


{#- Gives each event its name, appends it and tells of it. -#}
{% macro append_events(event_type, events, word) %}
    {%- set rows = [] -%}
    {%- for event in events -%}
        {%- set row = mlmon.deep_merge(mlmon.deep_merge(event, word), {'event_type': event_type}) -%}
        {%- do row.update({'event_id': local_md5(tojson(row, sort_keys=true))}) -%}
        {%- do rows.append(row) -%}
    {%- endfor -%}
    {%- do mlmon.append_rows('mlmon_events', rows) -%}
    {%- for row in rows -%}{%- do mlmon.print_row(mlmon.deep_merge(row, {'kind': 'said'})) -%}{%- endfor -%}
{% endmacro %}


{#- Appends a known change to mlmon_events. `change`: monitor (none for all), change_name, change_kind, starts_at, ends_at, expects. -#}
{% macro mlmon_add_change(change, word) %}
    {%- do mlmon.hold_tables('going on') -%}
    {%- set names = mlmon.query_rows('select monitor from ' ~ mlmon.built_table('mlmon_monitors')) | map(attribute='monitor') | list -%}
    {%- if change.get('monitor') and change.monitor not in names -%}
        {%- do mlmon.print_row({'kind': 'mistake', 'message': "there is no monitor '" ~ change.monitor ~ "'" ~ mlmon.suggestion(change.monitor, names)}) -%}
    {%- else -%}
        {%- do mlmon.append_events('change', [change], word) -%}
    {%- endif -%}
{% endmacro %}


{#- Takes a known change back, by the beginning of its id or by its name. -#}
{% macro mlmon_remove_change(target, word) %}
    {%- do mlmon.hold_tables('going on') -%}
    {%- set found = [] -%}
    {%- for row in mlmon.query_rows('select * from ' ~ mlmon.built_table('mlmon_change_events') ~ ' order by starts_at') -%}
        {%- if row.event_id.startswith(target) or row.change_name == target -%}{%- do found.append(row) -%}{%- endif -%}
    {%- endfor -%}
    {%- if found | length != 1 -%}
        {%- do mlmon.print_row({'kind': 'mistake', 'message': "'" ~ target ~ "' names " ~ (found | length or 'no') ~ ' change' ~ ('' if found | length == 1 else 's')
            ~ '; `mlmon event list` shows them with their ids'}) -%}
    {%- else -%}
        {%- do mlmon.append_events('remove', [{'refers_to': found[0].event_id, 'monitor': found[0].monitor, 'change_name': found[0].change_name}], word) -%}
    {%- endif -%}
{% endmacro %}


{#- The known changes, one a row. -#}
{% macro mlmon_list_changes() %}
    {%- do mlmon.print_rows('change', 'select * from ' ~ mlmon.built_table('mlmon_change_events') ~ ' order by starts_at, change_name') -%}
{% endmacro %}
