{#- mlmon's five column types in the words of the engine. -#}
{% macro sql_type(type) %}{{ return(adapter.dispatch('sql_type', 'mlmon')(type)) }}{% endmacro %}

{% macro default__sql_type(type) %}
    {{ return({
        'text': dbt.type_string(), 'timestamp': dbt.type_timestamp(), 'boolean': dbt.type_boolean(),
        'bigint': dbt.type_bigint(), 'double': 'double precision'
    }[type]) }}
{% endmacro %}

{% macro duckdb__sql_type(type) %}
    {{ return({'text': 'varchar', 'timestamp': 'timestamp', 'boolean': 'boolean', 'bigint': 'bigint', 'double': 'double'}[type]) }}
{% endmacro %}
