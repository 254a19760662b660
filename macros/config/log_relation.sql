{#- What a `relation` key names -> {name, version, package, source}, those that are not said none; or none where it is no such thing. Written as a text:
    the name of a model, seed or snapshot; source_name.table_name; name.v2 for a version of a model. Or as ref() takes it: {name, version, package}. -#}
{% macro relation_parts(written) %}
    {%- set parts = {'name': none, 'version': none, 'package': none, 'source': none} -%}
    {%- if written is mapping -%}
        {%- if written.get('name') is not string or not written.name | trim or written.keys() | reject('in', ['name', 'version', 'package']) | list -%}{{ return(none) }}{%- endif -%}
        {%- do parts.update({'name': written.name, 'package': written.get('package'),
            'version': written.version | string if written.get('version') is not none else none}) -%}
        {{ return(parts) }}
    {%- elif written is not string or not written | trim -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set names = written.split('.') -%}
    {%- if names | length == 1 -%}
        {%- do parts.update({'name': written}) -%}
    {%- elif names | length == 2 and modules.re.match('^v[0-9]+\\Z', names[1]) -%}
        {%- do parts.update({'name': names[0], 'version': names[1][1:]}) -%}
    {%- elif names | length == 2 -%}
        {%- do parts.update({'source': names[0], 'name': names[1]}) -%}
    {%- else -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(parts) }}
{% endmacro %}


{#- A `relation` key as a text for people. -#}
{% macro relation_text(written) %}
    {%- set parts = mlmon.relation_parts(written) -%}
    {%- if written is string or parts is none -%}{{ return(written | string) }}{%- endif -%}
    {{ return((parts.package ~ '.' if parts.package else '') ~ parts.name ~ ('.v' ~ parts.version if parts.version else '')) }}
{% endmacro %}


{#- The relations that the configured monitors read, as they are written, each once. Safe on any config: it is asked
    while the project is parsed, before anything was validated. -#}
{% macro configured_relations() %}
    {%- set names = [] -%}
    {%- set blocks = var('mlmon_monitors', {}) -%}
    {%- set all_blocks = [var('mlmon_defaults', {})] + (blocks.values() | list if blocks is mapping else []) -%}
    {%- for block in all_blocks if block is mapping -%}
        {%- for part in ['predictions', 'labels', 'reference'] if block.get(part) is mapping -%}
            {%- set name = block[part].get('relation') -%}
            {%- if mlmon.relation_parts(name) is not none and name not in names -%}
                {%- do names.append(name) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if mlmon.relation_parts(block.get('holidays')) is not none and block.holidays not in names -%}{%- do names.append(block.holidays) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}


{#- Tells dbt that mlmon_monitors, and with it all that comes after, waits for the configured logs. Models and seeds are those of the root project
    where no package is named: saying so spares every user dbt's warning about a package that refers to its project. With `mlmon_skip_refs` nothing is
    told: then a project parses even if a relation's name is wrong, and the validator can say which. -#}
{% macro depend_on_logs() %}
    {%- if not execute and not var('mlmon_skip_refs', false) -%}
        {%- for name in mlmon.configured_relations() -%}
            {%- set parts = mlmon.relation_parts(name) -%}
            {%- if parts.source -%}
                {%- do source(parts.source, parts.name) -%}
            {%- elif parts.version -%}
                {%- do ref(parts.package or project_name, parts.name, v=parts.version) -%}
            {%- else -%}
                {%- do ref(parts.package or project_name, parts.name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}


{#- The node of the project behind a relation -> node, or none: what ref() or source() would take. -#}
{% macro log_node(written) %}
    {%- set parts = mlmon.relation_parts(written) -%}
    {%- set found = namespace(node=none) -%}
    {#- by its key, where it has the usual one: many monitors in a large project would else read the whole graph each -#}
    {%- if parts is none -%}
        {{ return(none) }}
    {%- elif parts.source -%}
        {%- set found.node = graph.sources.get('source.' ~ project_name ~ '.' ~ parts.source ~ '.' ~ parts.name) -%}
        {%- for node in graph.sources.values() if found.node is none and node.source_name == parts.source and node.name == parts.name -%}
            {%- set found.node = node -%}
        {%- endfor -%}
    {%- else -%}
        {%- set package = parts.package or project_name -%}
        {%- for type in ['model', 'seed', 'snapshot'] if found.node is none and not parts.version -%}
            {%- set found.node = graph.nodes.get(type ~ '.' ~ package ~ '.' ~ parts.name) -%}
        {%- endfor -%}
        {#- without a version the latest is meant -#}
        {%- for node in graph.nodes.values() if found.node is none and node.name == parts.name and node.package_name == package
                and node.resource_type in ['model', 'seed', 'snapshot']
                and (node.get('version') | string) == (parts.version or (node.get('latest_version') | string)) -%}
            {%- set found.node = node -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found.node) }}
{% endmacro %}


{#- The names that a `relation` key may have in this project -> list of texts -#}
{% macro relation_names() %}
    {%- set names = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type in ['model', 'seed', 'snapshot'] and node.package_name == project_name and node.package_name != 'mlmon' -%}
        {%- if node.name not in names -%}{%- do names.append(node.name) -%}{%- endif -%}
        {%- if node.get('version') is not none -%}{%- do names.append(node.name ~ '.v' ~ node.version) -%}{%- endif -%}
    {%- endfor -%}
    {%- for node in graph.sources.values() -%}
        {%- do names.append(node.source_name ~ '.' ~ node.name) -%}
    {%- endfor -%}
    {{ return(names | sort) }}
{% endmacro %}


{#- The relation of a log in the warehouse -> Relation, or none where the project has no such node or it was not built. With `--defer` that of the
    other environment, where ref() would take it. -#}
{% macro log_relation(written) %}
    {%- set node = mlmon.log_node(written) -%}
    {%- if node is none or mlmon.is_ephemeral(node) -%}{{ return(none) }}{%- endif -%}
    {%- if mlmon.is_external(node) -%}
        {{ return(source(node.source_name, node.name)) }}
    {%- endif -%}
    {%- if mlmon.is_deferred() and node.resource_type != 'source' -%}{{ return(mlmon.deferred_relation(written)) }}{%- endif -%}
    {{ return(adapter.get_relation(database=node.database, schema=node.schema, identifier=node.get('identifier') or node.get('alias') or node.name)) }}
{% endmacro %}


{#- With `--defer` the graph does not say which table ref() takes, and ref() is for what a model depends on: mlmon_monitors asks and writes it down. -#}
{% macro deferred_relation(written) %}
    {%- set parts = mlmon.relation_parts(written) -%}
    {%- if model.name == 'mlmon_monitors' -%}
        {%- set package = parts.package or project_name -%}
        {%- set found = ref(package, parts.name, v=parts.version) if parts.version else ref(package, parts.name) -%}
        {{ return(adapter.get_relation(database=found.database, schema=found.schema, identifier=found.identifier)) }}
    {%- endif -%}
    {%- for row in run_query('select reads from ' ~ mlmon.model_relation('mlmon_monitors') ~ ' where reads is not null').rows -%}
        {%- set place = fromjson(row[0]).get(mlmon.relation_text(written)) -%}
        {%- if place -%}{{ return(adapter.get_relation(database=place[0], schema=place[1], identifier=place[2])) }}{%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}


{#- Where the tables are that a monitor reads, as JSON {relation as written: [database, schema, name]}; none without `--defer`. -#}
{% macro deferred_reads(spec) %}
    {%- if not mlmon.is_deferred() -%}{{ return(none) }}{%- endif -%}
    {%- set reads = {} -%}
    {%- for written in [spec.predictions.relation, spec.labels.relation if spec.labels else none, spec.reference.relation] if written -%}
        {%- set relation = mlmon.log_relation(written) -%}
        {%- if relation is not none -%}{%- do reads.update({mlmon.relation_text(written): [relation.database, relation.schema, relation.identifier]}) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(tojson(reads)) }}
{% endmacro %}


{% macro is_ephemeral(node) %}{{ return(node.resource_type == 'model' and node.config.get('materialized') == 'ephemeral') }}{% endmacro %}


{#- A source that is a file and not a table (dbt-duckdb's external_location). -#}
{% macro is_external(node) %}
    {%- set meta = node.get('meta') or {} -%}
    {%- set config_meta = (node.get('config') or {}).get('meta') or {} -%}
    {{ return(node.resource_type == 'source' and ('external_location' in meta or 'external_location' in config_meta
        or 'external_location' in ((node.get('source_meta') or {})))) }}
{% endmacro %}


{#- The columns of a log: {lower-case name: {name, quoted, kind, family, type}}; kind is numeric, text, boolean, timestamp, timestamptz, date or other. -#}
{% macro log_columns(relation) %}
    {%- set columns = {} -%}
    {%- if relation is not none -%}
        {%- for column in mlmon.relation_columns(relation) -%}
            {%- do columns.update({column.name | lower: {
                'name': column.name, 'quoted': mlmon.quoted_name(column.name), 'kind': mlmon.column_kind(column), 'family': mlmon.column_family(column), 'type': column.dtype
            }}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(columns) }}
{% endmacro %}


{#- Whether dbt was asked for tables of another environment (`--defer`, or DBT_DEFER). -#}
{% macro is_deferred() %}{{ return(invocation_args_dict is defined and invocation_args_dict.get('defer') is sameas true) }}{% endmacro %}
