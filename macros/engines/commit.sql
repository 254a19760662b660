{#- Ends the transaction; what comes next is in a new one. -#}
{% macro commit() %}{{ return(adapter.dispatch('commit', 'mlmon')()) }}{% endmacro %}

{% macro default__commit() %}{%- do adapter.commit() -%}{% endmacro %}

{#- dbt-postgres leaves it to the driver to begin a transaction, and after a commit in the middle of a node the driver does not: each statement would
    be one of its own. -#}
{% macro postgres__commit() %}
    {%- do adapter.commit() -%}
    {%- call statement('begin') -%}begin{%- endcall -%}
{% endmacro %}

{% macro redshift__commit() %}{{ return(mlmon.default__commit()) }}{% endmacro %}
