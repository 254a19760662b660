{#- A text as an SQL literal; a NULL text for none. -#}
{% macro text_literal(value) %}
    {%- if value is none -%}{{ return('cast(null as ' ~ dbt.type_string() ~ ')') }}{%- endif -%}
    {{ return(adapter.dispatch('text_literal', 'mlmon')(value | string)) }}
{% endmacro %}

{#- Texts as SQL literals, separated by commas. -#}
{% macro text_literals(texts) %}
    {%- set literals = [] -%}
    {%- for text in texts -%}{%- do literals.append(mlmon.text_literal(text)) -%}{%- endfor -%}
    {{ return(literals | join(', ')) }}
{% endmacro %}

{% macro default__text_literal(value) %}{{ return(dbt.string_literal(dbt.escape_single_quotes(value))) }}{% endmacro %}

{#- The same, without asking for each of thousands of texts how it is done. -#}
{% macro duckdb__text_literal(value) %}{{ return("'" ~ value.replace("'", "''") ~ "'") }}{% endmacro %}

{% macro postgres__text_literal(value) %}{{ return(mlmon.duckdb__text_literal(value)) }}{% endmacro %}

{#- Where a backslash begins an escape, it has to be escaped itself. -#}
{% macro snowflake__text_literal(value) %}
    {{ return("'" ~ value.replace('\\', '\\\\').replace("'", "''") ~ "'") }}
{% endmacro %}

{% macro redshift__text_literal(value) %}{{ return(mlmon.snowflake__text_literal(value)) }}{% endmacro %}

{#- Spark puts a setting in the place of ${its name}, within texts too. -#}
{% macro spark__text_literal(value) %}
    {{ return("'" ~ value.replace('\\', '\\\\').replace("'", "\\'").replace('${', '$\\u007b') ~ "'") }}
{% endmacro %}

{#- A text in single quotes ends with the line. -#}
{% macro bigquery__text_literal(value) %}
    {{ return("'" ~ value.replace('\\', '\\\\').replace("'", "\\'").replace('\n', '\\n').replace('\r', '\\r') ~ "'") }}
{% endmacro %}
