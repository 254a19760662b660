{#- The relations that the configured monitors read, as they are written, each once. Safe on any config: it is asked
    while the project is parsed, before anything was validated. -#}
{% macro configured_relations() %}
    {%- set names = [] -%}
    {%- set blocks = var('mlmon_monitors', {}) -%}
    {%- set all_blocks = [var('mlmon_defaults', {})] + (blocks.values() | list if blocks is mapping else []) -%}
    {%- for block in all_blocks if block is mapping -%}
        {%- for part in ['predictions', 'labels', 'reference'] if block.get(part) is mapping -%}
            {%- set name = block[part].get('relation') -%}
            {%- if name is string and name | trim and name not in names -%}
                {%- do names.append(name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}


{#- Tells dbt that mlmon_monitors, and with it all that comes after, waits for the configured logs. Models and seeds are those of the root project:
    naming it spares every user dbt's warning about a package that refers to its project. With `mlmon_skip_refs` nothing is told:
    then a project parses even if a relation's name is wrong, and the validator can say which. -#}
{% macro depend_on_logs() %}
    {%- if not execute and not var('mlmon_skip_refs', false) -%}
        {%- for name in mlmon.configured_relations() -%}
            {%- set parts = name.split('.') -%}
            {%- if parts | length == 2 -%}
                {%- do source(parts[0], parts[1]) -%}
            {%- elif parts | length == 1 -%}
                {%- do ref(project_name, name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}


{#- The node of the project behind a relation's name -> node, or none. A source is written source_name.table_name. -#}
{% macro log_node(name) %}
    {%- set parts = name.split('.') -%}
    {%- set found = namespace(node=none) -%}
    {#- by its key, where it has the usual one: many monitors in a large project would else read the whole graph each -#}
    {%- if parts | length == 2 -%}
        {%- set found.node = graph.sources.get('source.' ~ project_name ~ '.' ~ name) -%}
        {%- for node in graph.sources.values() if found.node is none and node.source_name == parts[0] and node.name == parts[1] -%}
            {%- set found.node = node -%}
        {%- endfor -%}
    {%- else -%}
        {%- for type in ['model', 'seed', 'snapshot'] if found.node is none -%}
            {%- set found.node = graph.nodes.get(type ~ '.' ~ project_name ~ '.' ~ name) -%}
        {%- endfor -%}
        {%- for node in graph.nodes.values() if found.node is none
                and node.resource_type in ['model', 'seed', 'snapshot'] and node.name == name and node.package_name == project_name -%}
            {%- set found.node = node -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found.node) }}
{% endmacro %}


{#- The names that a `relation` key may have in this project -> list of texts -#}
{% macro relation_names() %}
    {%- set names = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type in ['model', 'seed', 'snapshot'] and node.package_name == project_name and node.package_name != 'mlmon' -%}
        {%- do names.append(node.name) -%}
    {%- endfor -%}
    {%- for node in graph.sources.values() -%}
        {%- do names.append(node.source_name ~ '.' ~ node.name) -%}
    {%- endfor -%}
    {{ return(names | sort) }}
{% endmacro %}


{#- The relation of a log in the warehouse -> Relation, or none where the project has no such node or it was not built. -#}
{% macro log_relation(name) %}
    {%- set node = mlmon.log_node(name) -%}
    {%- if node is none -%}{{ return(none) }}{%- endif -%}
    {%- if mlmon.is_external(node) -%}
        {{ return(source(node.source_name, node.name)) }}
    {%- endif -%}
    {{ return(adapter.get_relation(database=node.database, schema=node.schema, identifier=node.get('identifier') or node.get('alias') or node.name)) }}
{% endmacro %}


{#- A source that is a file and not a table (dbt-duckdb's external_location). -#}
{% macro is_external(node) %}
    {%- set meta = node.get('meta') or {} -%}
    {%- set config_meta = (node.get('config') or {}).get('meta') or {} -%}
    {{ return(node.resource_type == 'source' and ('external_location' in meta or 'external_location' in config_meta
        or 'external_location' in ((node.get('source_meta') or {})))) }}
{% endmacro %}


{#- The columns of a log: {lower-case name: {name, quoted, kind}}; kind is numeric, text, boolean, timestamp, timestamptz, date or other. -#}
{% macro log_columns(relation) %}
    {%- set columns = {} -%}
    {%- if relation is not none -%}
        {%- for column in mlmon.relation_columns(relation) -%}
            {%- do columns.update({column.name | lower: {
                'name': column.name, 'quoted': mlmon.quoted_name(column.name), 'kind': mlmon.column_kind(column), 'type': column.dtype
            }}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(columns) }}
{% endmacro %}
