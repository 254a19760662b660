{#- Where the tables of a dashboard are, and what columns they have: a row a table, and one that says where the warehouse is. `tables`: their names. -#}
{% macro mlmon_dashboard(tables) %}
    {%- do mlmon.print_row({'kind': 'warehouse', 'project': project_name, 'address': mlmon.superset_address(), 'file': target.get('path')}) -%}
    {%- for node in graph.nodes.values() if node.package_name == 'mlmon' and node.name in tables -%}
        {%- set columns = [] -%}
        {%- for column in node.columns.values() -%}{%- do columns.append({'name': column.name, 'type': column.data_type, 'description': column.description | trim}) -%}{%- endfor -%}
        {%- do mlmon.print_row({'kind': 'table', 'name': node.name, 'schema': node.schema, 'identifier': node.alias, 'description': node.description | trim, 'columns': columns}) -%}
    {%- endfor -%}
{% endmacro %}
