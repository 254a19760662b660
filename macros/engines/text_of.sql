{#- A column of a log as text. `kind` as `column_kind` tells it. -#}
{% macro text_of(expression, kind) %}{{ return(adapter.dispatch('text_of', 'mlmon')(expression, kind)) }}{% endmacro %}

{% macro default__text_of(expression, kind) %}{{ return('cast(' ~ expression ~ ' as ' ~ mlmon.sql_type('text') ~ ')') }}{% endmacro %}

{#- Arrays, structs and JSON have no cast to text. -#}
{% macro bigquery__text_of(expression, kind) %}
    {{ return('to_json_string(' ~ expression ~ ')' if kind == 'other' else mlmon.default__text_of(expression, kind)) }}
{% endmacro %}

{% macro snowflake__text_of(expression, kind) %}
    {{ return('to_json(to_variant(' ~ expression ~ '))' if kind == 'other' else mlmon.default__text_of(expression, kind)) }}
{% endmacro %}

{#- Nor has a boolean on Redshift. -#}
{% macro redshift__text_of(expression, kind) %}
    {%- if kind == 'boolean' -%}{{ return('case when ' ~ expression ~ " then 'true' when not " ~ expression ~ " then 'false' end") }}{%- endif -%}
    {{ return(mlmon.default__text_of(expression, kind)) }}
{% endmacro %}
