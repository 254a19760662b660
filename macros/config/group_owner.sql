{#- Who owns the dbt group that a log belongs to -> the owner's name, or else their address; none where the log is in no group. `written`: a `relation` key. -#}
{% macro group_owner(written) %}
    {%- set node = mlmon.log_node(written) or {} -%}
    {%- set name = node.get('group') or (node.get('config') or {}).get('group') -%}
    {%- if not name -%}{{ return(none) }}{%- endif -%}
    {%- for group in (graph.get('groups') or {}).values() if group.name == name and group.package_name == node.package_name -%}
        {%- set owner = group.owner or {} -%}
        {{ return(owner.get('name') or mlmon.listed(owner.get('email') or none) | select | join(', ') or none) }}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}
