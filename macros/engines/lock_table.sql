{#- Keeps other transactions from writing to a table until this one is over, where a delete and an insert that run beside another's would else both leave
    their rows. Nothing to do where the engine stops one of the two by itself. -#}
{% macro lock_table(relation) %}{{ return(adapter.dispatch('lock_table', 'mlmon')(relation)) }}{% endmacro %}

{% macro default__lock_table(relation) %}{% endmacro %}

{% macro postgres__lock_table(relation) %}
    {%- call statement('lock') -%}lock table {{ relation }} in share row exclusive mode{%- endcall -%}
{% endmacro %}

{% macro redshift__lock_table(relation) %}
    {%- call statement('lock') -%}lock {{ relation }}{%- endcall -%}
{% endmacro %}
