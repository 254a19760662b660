{#- Appends what a person does about incidents to mlmon_events. `target`: the beginning of an incident's or a group's id, or a monitor that has one open group; without it `pattern` says which incidents are meant
    ({monitor, family, subject, metric, segment, segment_value}). `word`: actor, reason, recorded_at and what the verb needs. Prints a row of kind
    `said` for each event, or one of kind `mistake`. -#}
{% macro mlmon_say(verb, word, target=none, pattern=none) %}
    {%- do mlmon.hold_tables('going on') -%}
    {%- do mlmon.check_version(['mlmon_checks']) -%}
    {%- set last_windows = {} -%}
    {%- for row in mlmon.query_rows(mlmon.last_windows(mlmon.built_table('mlmon_calendar'))) -%}{%- do last_windows.update({row.monitor: row.last_window}) -%}{%- endfor -%}
    {%- set events = [] -%}
    {%- if target is none -%}
        {%- if pattern.monitor not in last_windows -%}
            {%- do mlmon.print_row({'kind': 'mistake', 'message': "there is no monitor '" ~ pattern.monitor ~ "' with windows" ~ mlmon.suggestion(pattern.monitor, last_windows.keys() | list)}) -%}
        {%- else -%}
            {%- do events.append(mlmon.deep_merge({'scope': 'series', 'as_of': last_windows[pattern.monitor]}, pattern)) -%}
        {%- endif -%}
    {%- else -%}
        {%- set incidents = mlmon.query_rows('select * from ' ~ mlmon.built_table('mlmon_incidents') ~ ' order by monitor, group_id, group_place') -%}
        {%- set groups, single = {}, [] -%}
        {%- for incident in incidents -%}
            {%- if incident.group_id.startswith(target) or (incident.monitor == target and incident.status == 'open') -%}{%- do groups.setdefault(incident.group_id, []).append(incident) -%}{%- endif -%}
            {%- if incident.incident_id.startswith(target) -%}{%- do single.append(incident) -%}{%- endif -%}
        {%- endfor -%}
        {%- set found = groups | length + single | length -%}
        {%- if found == 0 -%}
            {%- do mlmon.print_row({'kind': 'mistake', 'message': "nothing is open for monitor '" ~ target ~ "'; `mlmon incidents --all` lists closed ones" if target in last_windows
                else "no incident or group has an id that begins with '" ~ target ~ "', and no monitor has that name; `mlmon incidents --all` lists ids"}) -%}
        {%- elif found > 1 -%}
            {#- what may be meant, each with its headline: the program that called puts it in words -#}
            {%- do mlmon.print_row({'kind': 'ambiguous', 'target': target, 'is_monitor': target in last_windows}) -%}
            {%- for members in groups.values() -%}{%- do mlmon.print_row(mlmon.deep_merge(members[0], {'kind': 'candidate', 'id': members[0].group_id, 'n': members | length})) -%}{%- endfor -%}
            {%- for incident in single -%}{%- do mlmon.print_row(mlmon.deep_merge(incident, {'kind': 'candidate', 'id': incident.incident_id, 'n': 1})) -%}{%- endfor -%}
        {%- else -%}
            {%- set members = single or (groups.values() | first) -%}
            {%- set open = members | selectattr('status', 'equalto', 'open') | list -%}
            {%- if verb == 'resolve' and not open -%}
                {%- do mlmon.print_row({'kind': 'mistake', 'message': "'" ~ target ~ "' is already closed"}) -%}
            {%- else -%}
                {%- for incident in (open if verb == 'resolve' else members[:1]) -%}
                    {%- set event = {'scope': 'incident' if single else 'group', 'as_of': last_windows.get(incident.monitor)} -%}
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
