{#- An id as text, for a log whose ids are of another type than those it is joined to. A number is written alike whatever its type: 7, 7.0 and 7.00 are '7'. A
    text beside UUIDs is compared in lower case, as they are written. What is no such number or UUID is nothing to anybody, and no error. -#}
{% macro id_text(expression, family, other_family) %}
    {%- set text = mlmon.text_of(expression, family) -%}
    {%- if family == 'decimal' -%}
        {{ return('case when ' ~ text ~ " like '%.%' then " ~ mlmon.without_trailing(mlmon.without_trailing(text, '0'), '.') ~ ' else ' ~ text ~ ' end') }}
    {%- elif family == 'text' and other_family == 'uuid' -%}
        {{ return('lower(' ~ text ~ ')') }}
    {%- endif -%}
    {{ return(text) }}
{% endmacro %}


{#- Whether two columns ({family, type}) can be compared as they are on every engine. Decimals of other digits may overflow when brought to one type. -#}
{% macro is_comparable(column, other) %}
    {{ return(column.family == other.family and (column.family != 'decimal' or column.type == other.type)) }}
{% endmacro %}


{#- A text without the characters `character` at its end. -#}
{% macro without_trailing(expression, character) %}{{ return(adapter.dispatch('without_trailing', 'mlmon')(expression, character)) }}{% endmacro %}

{% macro default__without_trailing(expression, character) %}{{ return('rtrim(' ~ expression ~ ", '" ~ character ~ "')") }}{% endmacro %}

{% macro spark__without_trailing(expression, character) %}{{ return("trim(trailing '" ~ character ~ "' from " ~ expression ~ ')') }}{% endmacro %}
