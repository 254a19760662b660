{#- A column of a log as text, the same in every session, whatever its time zone, date style or digits of a float: categories, segments, versions, groups and
    ids are told apart by it. `family` as `column_family` tells it. Times are in UTC ('2026-01-31 10:00:00', with a fraction where there is one), a whole
    float is written as an integer is. -#}
{% macro text_of(expression, family) %}{{ return(adapter.dispatch('text_of', 'mlmon')(expression, family)) }}{% endmacro %}

{% macro default__text_of(expression, family) %}
    {%- if family in ['float', 'real'] -%}
        {{ return(mlmon.float_text(expression, mlmon.plain_text(expression))) }}
    {%- elif family in ['timestamp', 'timestamptz'] -%}
        {{ return(mlmon.plain_text(mlmon.utc_timestamp(expression, family))) }}
    {%- endif -%}
    {{ return(mlmon.plain_text(expression)) }}
{% endmacro %}

{#- A cast of a double follows `extra_float_digits`, one to numeric keeps 15 digits. What those leave out is a double again: the two together are exact. -#}
{% macro postgres__text_of(expression, family) %}
    {%- if family in ['float', 'real'] -%}
        {%- set type = 'double precision' if family == 'float' else 'real' -%}
        {%- set digits = 'cast(' ~ expression ~ ' as numeric)' -%}
        {%- set rest = 'cast(' ~ expression ~ ' - cast(' ~ digits ~ ' as ' ~ type ~ ') as numeric)' -%}
        {{ return(mlmon.float_text(expression, 'case when ' ~ mlmon.is_number(expression) ~ ' then ' ~ mlmon.plain_text(digits ~ ' + ' ~ rest) ~ ' else '
            ~ mlmon.plain_text(expression) ~ ' end')) }}
    {%- elif family in ['timestamp', 'timestamptz'] -%}
        {{ return(mlmon.timestamp_text(mlmon.utc_timestamp(expression, family))) }}
    {%- elif family == 'date' -%}
        {{ return("coalesce(to_char(" ~ expression ~ ", 'YYYY-MM-DD'), " ~ mlmon.plain_text(expression) ~ ')') }}
    {%- elif family == 'binary' -%}
        {{ return("encode(" ~ expression ~ ", 'hex')") }}
    {%- endif -%}
    {{ return(mlmon.plain_text(expression)) }}
{% endmacro %}

{#- Arrays, structs and JSON have no cast to text. -#}
{% macro bigquery__text_of(expression, family) %}
    {%- if family in ['timestamp', 'timestamptz'] -%}
        {{ return("rtrim(rtrim(format_timestamp('%F %H:%M:%E6S', " ~ mlmon.utc_timestamp(expression, family) ~ ", 'UTC'), '0'), '.')") }}
    {%- endif -%}
    {{ return('to_json_string(' ~ expression ~ ')' if family in ['other', 'binary'] else mlmon.default__text_of(expression, family)) }}
{% endmacro %}

{% macro snowflake__text_of(expression, family) %}
    {%- if family in ['timestamp', 'timestamptz'] -%}
        {{ return("rtrim(rtrim(" ~ mlmon.timestamp_text(mlmon.utc_timestamp(expression, family)) ~ ", '0'), '.')") }}
    {%- elif family == 'date' -%}
        {{ return("to_varchar(" ~ expression ~ ", 'YYYY-MM-DD')") }}
    {%- endif -%}
    {{ return('to_json(to_variant(' ~ expression ~ '))' if family in ['other', 'binary'] else mlmon.default__text_of(expression, family)) }}
{% endmacro %}

{#- A boolean has no cast to text there. -#}
{% macro redshift__text_of(expression, family) %}
    {%- if family == 'boolean' -%}{{ return('case when ' ~ expression ~ " then 'true' when not " ~ expression ~ " then 'false' end") }}{%- endif -%}
    {{ return(mlmon.default__text_of(expression, family) if family in ['float', 'real', 'binary'] else mlmon.postgres__text_of(expression, family)) }}
{% endmacro %}


{% macro plain_text(expression) %}{{ return('cast(' ~ expression ~ ' as ' ~ mlmon.sql_type('text') ~ ')') }}{% endmacro %}


{#- A float as the integer that it is, or as `text`. -#}
{% macro float_text(expression, text) %}
    {{ return('case when abs(' ~ expression ~ ') < 1e15 and floor(' ~ expression ~ ') = ' ~ expression ~ ' then '
        ~ mlmon.plain_text('cast(' ~ expression ~ ' as ' ~ mlmon.sql_type('bigint') ~ ')') ~ ' else ' ~ text ~ ' end') }}
{% endmacro %}
