{#- The subject of a column's numbers -> SQL over a row with monitor, column_name and column_role: the column's name. Where a monitor uses that name in more
    roles than one, it is the feature's, and the others read like `latency_ms (latency)`: whoever groups, mutes or alerts by subject never mixes the two. -#}
{% macro column_subject(row) -%}
    {%- set renamed = [] -%}
    {%- for name, columns in mlmon.columns_by_monitor().items() -%}
        {%- for column in columns if column.subject != column.name -%}{%- do renamed.append([name, column]) -%}{%- endfor -%}
    {%- endfor -%}
    {%- if renamed -%}
    case
        {%- for name, column in renamed %}
        when {{ row }}.monitor = {{ mlmon.text_literal(name) }} and {{ row }}.column_name = {{ mlmon.text_literal(column.name) }} and {{ row }}.column_role = '{{ column.role }}'
            then {{ mlmon.text_literal(column.subject) }}
        {%- endfor %}
        else {{ row }}.column_name
    end
    {%- else -%}
    {{ row }}.column_name
    {%- endif -%}
{%- endmacro %}


{#- The columns that a monitor watches -> list of {name, role, subject}. `spec`: its block, as it is written. -#}
{% macro column_subjects(spec) %}
    {%- set features = spec.get('features') or {} -%}
    {%- set predictions = spec.predictions -%}
    {%- set found = [] -%}
    {%- for name in (features.get('numeric') or []) | list + (features.get('categorical') or []) | list -%}{%- do found.append({'name': name, 'role': 'feature', 'subject': name}) -%}{%- endfor -%}
    {%- for role, unnamed in mlmon.tasks()[spec.task].unnamed.items() if predictions.get(role) or unnamed -%}{%- do found.append({'name': predictions.get(role) or unnamed, 'role': role}) -%}{%- endfor -%}
    {%- if predictions.get('latency_ms') -%}{%- do found.append({'name': predictions.latency_ms, 'role': 'latency'}) -%}{%- endif -%}
    {%- set names = found | map(attribute='name') | list -%}
    {%- for column in found if column.role != 'feature' -%}
        {%- set subject = column.name ~ (' (' ~ column.role ~ ')' if names.count(column.name) > 1 else '') -%}
        {#- a column may have such a name -#}
        {%- do column.update({'subject': subject ~ (' (' ~ column.role ~ ')' if subject != column.name and subject in names else '')}) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{#- The same for all monitors, or those named -> {monitor: columns}. Of a block it takes what it needs: to resolve all of many monitors takes time. -#}
{% macro columns_by_monitor(among=none) %}
    {%- set found = {} -%}
    {%- set defaults = (var('mlmon_defaults', {}) or {}) if execute else {} -%}
    {%- for name, block in (var('mlmon_monitors', {}) if execute else {}).items() if among is none or name in among -%}
        {%- set spec = {'task': block.get('task') or defaults.get('task')} -%}
        {%- for key in ['features', 'predictions'] -%}{%- do spec.update({key: mlmon.deep_merge(defaults.get(key) or {}, block.get(key) or {})}) -%}{%- endfor -%}
        {%- do found.update({name | string: mlmon.column_subjects(spec)}) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{#- The role of a row's subject in a table that an earlier version left, which kept no roles -> SQL. -#}
{% macro role_of_subject() -%}
    case
        when family <> 'drift' then ''
        {%- for name, columns in mlmon.columns_by_monitor().items() %}
        {%- for column in columns if column.role != 'feature' %}
        when monitor = {{ mlmon.text_literal(name) }} and subject = {{ mlmon.text_literal(column.subject) }} then '{{ column.role }}'
        {%- endfor %}
        {%- endfor %}
        else 'feature'
    end
{%- endmacro %}
