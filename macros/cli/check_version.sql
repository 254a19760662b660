{#- Stops where one of these tables was left by an earlier version of the package, which knew fewer columns. A build adds them. -#}
{% macro check_version(names) %}
    {%- for name in names -%}
        {%- set relation = mlmon.model_relation(name) -%}
        {%- for column, type in (mlmon.missing_columns(relation, mlmon.table_columns(name)) if relation is not none else []) -%}
            {{ exceptions.raise_compiler_error("mlmon: the tables were built by an earlier version of mlmon: " ~ name ~ " has no column '" ~ column
                ~ "'. Run `mlmon run` once: it adds what is new, and keeps what is there") }}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}
