{#- Stops where one of these tables was left by an earlier version of the package, which knew fewer columns. A build adds them. -#}
{% macro check_version(names) %}
    {%- for name in names -%}
        {%- set relation = mlmon.model_relation(name) -%}
        {%- set known = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list if relation is not none else [] -%}
        {%- for column, type in mlmon.table_columns(name) if relation is not none and column not in known -%}
            {{ exceptions.raise_compiler_error("mlmon: the tables are those of an earlier version of mlmon: " ~ name ~ " has no column '" ~ column
                ~ "'. Run `mlmon run` once: it adds what is new, and keeps what is there") }}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}
