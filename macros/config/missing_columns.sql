{#- Of `columns` ([[name, type], …]) those that a table has not: it was left by an earlier version of the package. -#}
{% macro missing_columns(relation, columns) %}
    {%- set known = mlmon.known_columns(relation) -%}
    {{ return(columns | rejectattr(0, 'in', known) | list) }}
{% endmacro %}
