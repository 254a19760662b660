{#- Of `columns` ([[name, type], …]) those that a table has not: it was left by an earlier version of the package. -#}
{% macro missing_columns(relation, columns) %}
    {%- set known = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list -%}
    {{ return(columns | rejectattr(0, 'in', known) | list) }}
{% endmacro %}
