{#- The incidents that a person names: by the beginning of an incident's or a group's id, or by a monitor that has one open group -> {members, is_group}, the headline first; none where the
    name means nothing, or more than one thing. That is printed then, with what it may mean, for the program that called to put it in words.
    `last_windows`: the last window of each monitor by name. -#}
{% macro named_incidents(target, last_windows) %}
    {%- set groups, single = {}, [] -%}
    {%- for incident in mlmon.query_rows('select * from ' ~ mlmon.built_table('mlmon_incidents') ~ ' order by monitor, group_id, group_place') -%}
        {%- if incident.group_id.startswith(target) or (incident.monitor == target and incident.status == 'open') -%}{%- do groups.setdefault(incident.group_id, []).append(incident) -%}{%- endif -%}
        {%- if incident.incident_id.startswith(target) -%}{%- do single.append(incident) -%}{%- endif -%}
    {%- endfor -%}
    {%- set found = groups | length + single | length -%}
    {%- if found == 1 -%}
        {{ return({'members': single or (groups.values() | first), 'is_group': not single}) }}
    {%- elif found == 0 -%}
        {%- do mlmon.print_row({'kind': 'mistake', 'message': "nothing is open for monitor '" ~ target ~ "'; `mlmon incidents --all` lists closed ones" if target in last_windows
            else "no incident or group has an id that begins with '" ~ target ~ "', and no monitor has that name; `mlmon incidents --all` lists ids"}) -%}
    {%- else -%}
        {%- do mlmon.print_row({'kind': 'ambiguous', 'target': target, 'is_monitor': target in last_windows}) -%}
        {%- for members in groups.values() -%}{%- do mlmon.print_row(mlmon.deep_merge(members[0], {'kind': 'candidate', 'id': members[0].group_id, 'n': members | length})) -%}{%- endfor -%}
        {%- for incident in single -%}{%- do mlmon.print_row(mlmon.deep_merge(incident, {'kind': 'candidate', 'id': incident.incident_id, 'n': 1})) -%}{%- endfor -%}
    {%- endif -%}
    {{ return(none) }}
{% endmacro %}


{#- The last window of each monitor -> {name: its start}. -#}
{% macro last_windows_by_monitor() %}
    {%- set found = {} -%}
    {%- for row in mlmon.query_rows(mlmon.last_windows(mlmon.built_table('mlmon_calendar'))) -%}{%- do found.update({row.monitor: row.last_window}) -%}{%- endfor -%}
    {{ return(found) }}
{% endmacro %}
