{#- A name from the warehouse in the engine's quotes. Quotes within the name are doubled, which dbt's adapters leave out. -#}
{% macro quoted_name(name) %}{{ return(adapter.dispatch('quoted_name', 'mlmon')(name)) }}{% endmacro %}

{% macro default__quoted_name(name) %}
    {%- set mark = adapter.quote('x')[-1:] -%}
    {{ return(adapter.quote(name | replace(mark, mark ~ mark))) }}
{% endmacro %}
