{#- What a column can be used as: numeric, text, boolean, timestamp, timestamptz, date, or other (nested values, binary). -#}
{% macro column_kind(column) %}{{ return(adapter.dispatch('column_kind', 'mlmon')(column)) }}{% endmacro %}

{% macro default__column_kind(column) %}
    {%- set type = column.dtype | lower -%}
    {%- if type.endswith(']') or type.startswith(('struct', 'map', 'list', 'array', 'union', 'json', 'variant', 'super', 'object')) -%}
        {{ return('other') }}
    {%- elif type.startswith(('timestamptz', 'timestamp with time zone', 'timestamp_tz', 'timestamp_ltz')) -%}
        {{ return('timestamptz') }}
    {%- elif type.startswith(('timestamp', 'datetime')) -%}
        {{ return('timestamp') }}
    {%- elif type == 'date' -%}
        {{ return('date') }}
    {%- elif type.startswith('bool') -%}
        {{ return('boolean') }}
    {%- elif type.startswith(('tinyint', 'smallint', 'int', 'bigint', 'hugeint', 'uhugeint', 'utinyint', 'usmallint', 'uint', 'ubigint',
                              'dec', 'numeric', 'number', 'bignumeric', 'float', 'double', 'real', 'byteint', 'long', 'short')) and not type.startswith('interval') -%}
        {{ return('numeric') }}
    {%- elif type.startswith(('varchar', 'char', 'character', 'text', 'string', 'enum', 'uuid', 'bpchar', 'nvarchar')) -%}
        {{ return('text') }}
    {%- endif -%}
    {{ return('other') }}
{% endmacro %}


{#- The kind of a column, finer: integer, float, real (a float of four bytes) or decimal where it is numeric, uuid or text where it is text, binary or other. What
    is of one family can be compared, and becomes text the same way. -#}
{% macro column_family(column) %}
    {%- set kind = mlmon.column_kind(column) -%}
    {%- set type = column.dtype | lower -%}
    {%- if kind == 'numeric' -%}
        {%- if type.startswith(('real', 'float4')) -%}{{ return('real') }}{%- endif -%}
        {%- if type.startswith(('float', 'double')) -%}{{ return('float') }}{%- endif -%}
        {{ return('decimal' if type.startswith(('dec', 'numeric', 'number', 'bignumeric')) else 'integer') }}
    {%- elif kind == 'text' -%}
        {{ return('uuid' if type == 'uuid' else 'text') }}
    {%- elif kind == 'other' -%}
        {{ return('binary' if type.startswith(('blob', 'bytea', 'binary', 'varbinary', 'bytes')) else 'other') }}
    {%- endif -%}
    {{ return(kind) }}
{% endmacro %}
