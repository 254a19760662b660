{#- A name from the warehouse in the engine's quotes. Quotes within the name are doubled, which dbt's adapters leave out. -#}
{% macro quoted_name(name) %}{{ return(adapter.dispatch('quoted_name', 'mlmon')(name)) }}{% endmacro %}

{% macro default__quoted_name(name) %}
    {%- set mark = adapter.quote('x')[-1:] -%}
    {{ return(adapter.quote(name | replace(mark, mark ~ mark))) }}
{% endmacro %}


{#- A column of mlmon's own whose name is a word of SQL: `window`, `precision`. In quotes it has to be the very name that it is without them. -#}
{% macro reserved_name(name) %}{{ return(adapter.dispatch('reserved_name', 'mlmon')(name)) }}{% endmacro %}

{% macro default__reserved_name(name) %}{{ return(adapter.quote(name)) }}{% endmacro %}

{% macro snowflake__reserved_name(name) %}{{ return(adapter.quote(name | upper)) }}{% endmacro %}
