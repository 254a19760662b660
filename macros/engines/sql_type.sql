{#- mlmon's five column types in the words of the engine. -#}
{% macro sql_type(type) %}{{ return(adapter.dispatch('sql_type', 'mlmon')(type)) }}{% endmacro %}

{#- All of them, and that of small numbers: {type: SQL}. By `once`, where many columns ask. -#}
{% macro sql_types() %}
    {%- set types = {'int': dbt.type_int()} -%}
    {%- for type in ['text', 'timestamp', 'boolean', 'bigint', 'double'] -%}{%- do types.update({type: mlmon.sql_type(type)}) -%}{%- endfor -%}
    {{ return(types) }}
{% endmacro %}

{% macro default__sql_type(type) %}
    {{ return({
        'text': dbt.type_string(), 'timestamp': dbt.type_timestamp(), 'boolean': dbt.type_boolean(),
        'bigint': dbt.type_bigint(), 'double': 'double precision'
    }[type]) }}
{% endmacro %}

{% macro duckdb__sql_type(type) %}
    {{ return({'text': 'varchar', 'timestamp': 'timestamp', 'boolean': 'boolean', 'bigint': 'bigint', 'double': 'double'}[type]) }}
{% endmacro %}

{% macro bigquery__sql_type(type) %}
    {{ return({'text': 'string', 'timestamp': 'timestamp', 'boolean': 'bool', 'bigint': 'int64', 'double': 'float64'}[type]) }}
{% endmacro %}

{#- A time without zone, whatever the account takes `timestamp` for. -#}
{% macro snowflake__sql_type(type) %}
    {{ return({'text': 'varchar', 'timestamp': 'timestamp_ntz', 'boolean': 'boolean', 'bigint': 'bigint', 'double': 'double'}[type]) }}
{% endmacro %}

{#- `varchar` alone holds 256 bytes. -#}
{% macro redshift__sql_type(type) %}
    {{ return('varchar(65535)' if type == 'text' else mlmon.default__sql_type(type)) }}
{% endmacro %}

{% macro spark__sql_type(type) %}
    {{ return({'text': 'string', 'timestamp': 'timestamp', 'boolean': 'boolean', 'bigint': 'bigint', 'double': 'double'}[type]) }}
{% endmacro %}
