{#- Relations and columns that are not in the warehouse, or are of a type that cannot serve. -#}
{% macro check_columns(spec, monitor, mistakes) %}
    {%- set relations, written = {}, {} -%}
    {%- for part in ['predictions', 'labels', 'reference'] if spec.get(part) is mapping -%}{%- do written.update({part: [part ~ '.relation', spec[part].get('relation')]}) -%}{%- endfor -%}
    {%- do written.update({'holidays': ['holidays', spec.get('holidays')]}) -%}
    {%- for part, (key, named) in written.items() if mlmon.relation_parts(named) is not none -%}
        {%- set name = mlmon.relation_text(named) -%}
        {%- set node = mlmon.log_node(named) -%}
        {%- if node is none -%}
            {%- do mlmon.add_mistake(mistakes, monitor, key, "is '" ~ name ~ "', which is not a model, seed, snapshot or source of this project, or is disabled"
                ~ mlmon.suggestion(name, mlmon.relation_names())) -%}
        {%- elif mlmon.is_ephemeral(node) -%}
            {%- do mlmon.add_mistake(mistakes, monitor, key, "is '" ~ name ~ "', an ephemeral model, which is not a table or view in the warehouse; "
                ~ "give it another materialization") -%}
        {%- else -%}
            {%- set relation = mlmon.log_relation(named) -%}
            {%- if relation is none -%}
                {%- do mlmon.add_mistake(mistakes, monitor, key, "is '" ~ name ~ "', which is not in the warehouse (looked for "
                    ~ (node.get('relation_name') or node.name) ~ "); build it first, or run with --upstream") -%}
            {%- else -%}
                {%- do relations.update({part: mlmon.log_columns(relation)}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if 'holidays' in relations -%}
        {%- set column = relations.holidays.get('date') -%}
        {%- if not column -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'holidays', "is '" ~ mlmon.relation_text(spec.holidays) ~ "', which has no column 'date'; expected a relation with the columns date and name. Its columns: "
                ~ relations.holidays.values() | map(attribute='name') | join(', ')) -%}
        {%- elif column.kind not in ['date', 'timestamp', 'timestamptz'] -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'holidays', "has 'date' as a column of type " ~ column.type ~ " in " ~ mlmon.relation_text(spec.holidays)
                ~ "; expected a date or timestamp type. Cast it in a model, and name that model here") -%}
        {%- endif -%}
    {%- endif -%}
    {%- for use in mlmon.column_uses(spec) if use.log in relations -%}
        {%- set columns = relations[use.log] -%}
        {%- if use.column | lower not in columns -%}
            {%- do mlmon.add_mistake(mistakes, monitor, use.key, "is '" ~ use.column ~ "', which is not a column of " ~ mlmon.relation_text(spec[use.log].relation)
                ~ mlmon.suggestion(use.column, columns.values() | map(attribute='name') | list)) -%}
        {%- else -%}
            {%- set column = columns[use.column | lower] -%}
            {%- set legal = {'numeric': ['numeric', 'boolean'], 'timestamp': ['timestamp', 'timestamptz', 'date']}.get(use.kind,
                ['numeric', 'text', 'boolean', 'timestamp', 'timestamptz', 'date']) -%}
            {%- if column.kind not in legal and use.kind != 'any' -%}
                {%- do mlmon.add_mistake(mistakes, monitor, use.key, "is '" ~ use.column ~ "', a column of type " ~ column.type ~ " in " ~ mlmon.relation_text(spec[use.log].relation)
                    ~ "; expected " ~ {'numeric': 'a numeric or boolean type', 'timestamp': 'a date or timestamp type'}.get(use.kind, 'a number, text, boolean, date or timestamp')
                    ~ ". Cast it in a model, and name that model here") -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if 'reference' in relations -%}
        {%- for use in mlmon.column_uses(spec) if use.log == 'predictions' and use.in_reference and use.kind == 'numeric' and use.column | lower in relations['reference']
                and relations['reference'][use.column | lower].kind not in ['numeric', 'boolean'] -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'reference.relation', "has '" ~ use.column ~ "' (" ~ use.key ~ ") as a column of type "
                ~ relations['reference'][use.column | lower].type ~ "; expected a numeric or boolean type. Cast it in a model, and name that model here") -%}
        {%- endfor -%}
        {%- for use in mlmon.column_uses(spec) if use.log == 'predictions' and use.in_reference and use.column | lower not in relations['reference'] -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'reference.relation', "has no column '" ~ use.column ~ "' (" ~ use.key ~ "); a reference relation has the same columns as the log"
                ~ mlmon.suggestion(use.column, relations['reference'].values() | map(attribute='name') | list)) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}


{#- Where a block names columns -> list of {log, key, column, kind, in_reference}. Skips what is not a name. -#}
{% macro column_uses(spec) %}
    {%- set uses = [] -%}
    {%- set schema = mlmon.config_schema() -%}
    {%- set label_kind = mlmon.tasks().get(spec.get('task') | string, {}).get('label_kind') -%}
    {%- for part, block_rule in schema.items() if 'keys' in block_rule and spec.get(part) is mapping -%}
        {%- for key, rule in block_rule['keys'].items() if spec[part].get(key) is not none and 'log' in rule.get('of', rule) -%}
            {%- set column, value = rule.get('of', rule), spec[part][key] -%}
            {%- for name in ([value] if rule.type == 'column' else (value.values() if value is mapping else (value if value is sequence and value is not string else []))) if name is string -%}
                {%- do uses.append({'log': column.log, 'key': part ~ '.' ~ key, 'column': name, 'kind': label_kind if part ~ '.' ~ key == 'labels.label' else column.get('kind'), 'in_reference': column.get('in_reference', false)}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set segments = spec.get('segments') -%}
    {%- if segments is sequence and segments is not string and segments is not mapping -%}
        {%- for segment in segments -%}
            {%- for name in ([segment] if segment is string else (segment if segment is sequence and segment is not mapping else [])) if name is string -%}
                {%- do uses.append({'log': 'predictions', 'key': 'segments', 'column': name, 'kind': none, 'in_reference': true}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for kpi in (spec.get('kpis') if spec.get('kpis') is iterable else []) if kpi is mapping -%}
        {%- for key in ['numerator', 'denominator'] if kpi.get(key) is string -%}
            {%- for log, name in mlmon.kpi_columns(kpi[key]) -%}
                {%- do uses.append({'log': log, 'key': 'kpis[' ~ kpi.get('name') ~ '].' ~ key, 'column': name, 'kind': 'any', 'in_reference': false}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(uses) }}
{% endmacro %}
