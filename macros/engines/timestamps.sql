{#- A date or timestamp column as a UTC timestamp without zone. -#}
{% macro utc_timestamp(expression, kind) %}{{ return(adapter.dispatch('utc_timestamp', 'mlmon')(expression, kind)) }}{% endmacro %}

{% macro default__utc_timestamp(expression, kind) %}
    {%- if kind == 'timestamptz' -%}{{ return('(' ~ expression ~ " at time zone 'UTC')") }}{%- endif -%}
    {{ return(expression if kind == 'timestamp' else 'cast(' ~ expression ~ ' as ' ~ dbt.type_timestamp() ~ ')') }}
{% endmacro %}

{#- Half a microsecond or less is no time of its own: every timestamp type is read at microseconds. -#}
{% macro duckdb__utc_timestamp(expression, kind) %}
    {%- if kind == 'timestamptz' -%}{{ return("timezone('UTC', " ~ expression ~ ")") }}{%- endif -%}
    {{ return('cast(' ~ expression ~ ' as timestamp)') }}
{% endmacro %}


{#- The start of the hour, day, week (Monday) or month that a UTC timestamp lies in, as a timestamp. -#}
{% macro truncate_timestamp(window, expression) %}{{ return(adapter.dispatch('truncate_timestamp', 'mlmon')(window, expression)) }}{% endmacro %}

{% macro default__truncate_timestamp(window, expression) %}
    {{ return('cast(' ~ dbt.date_trunc(window, expression) ~ ' as ' ~ dbt.type_timestamp() ~ ')') }}
{% endmacro %}


{#- Seconds from one timestamp to a later one, as a double with fractions. -#}
{% macro seconds_between(first, second) %}{{ return(adapter.dispatch('seconds_between', 'mlmon')(first, second)) }}{% endmacro %}

{% macro default__seconds_between(first, second) %}
    {{ return('cast(' ~ dbt.datediff(first, second, 'second') ~ ' as ' ~ mlmon.sql_type('double') ~ ')') }}
{% endmacro %}

{% macro duckdb__seconds_between(first, second) %}
    {{ return('((epoch_us(' ~ second ~ ') - epoch_us(' ~ first ~ ')) / 1000000.0::double)') }}
{% endmacro %}
