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

{#- BigQuery's TIMESTAMP is a moment; a DATETIME or DATE is taken as UTC. -#}
{% macro bigquery__utc_timestamp(expression, kind) %}{{ return('cast(' ~ expression ~ ' as timestamp)') }}{% endmacro %}

{% macro snowflake__utc_timestamp(expression, kind) %}
    {%- if kind == 'timestamptz' -%}{{ return("cast(convert_timezone('UTC', " ~ expression ~ ') as timestamp_ntz)') }}{%- endif -%}
    {{ return('cast(' ~ expression ~ ' as timestamp_ntz)') }}
{% endmacro %}


{#- A UTC timestamp as the text that `timestamp_literal` reads, to the microsecond. -#}
{% macro timestamp_text(expression) %}{{ return(adapter.dispatch('timestamp_text', 'mlmon')(expression)) }}{% endmacro %}

{% macro default__timestamp_text(expression) %}{{ return('cast(' ~ expression ~ ' as ' ~ dbt.type_string() ~ ')') }}{% endmacro %}

{#- A cast follows the session's DateStyle. -#}
{% macro postgres__timestamp_text(expression) %}
    {{ return("coalesce(rtrim(rtrim(to_char(" ~ expression ~ ", 'YYYY-MM-DD HH24:MI:SS.US'), '0'), '.'), cast(" ~ expression ~ ' as ' ~ dbt.type_string() ~ '))') }}
{% endmacro %}

{#- By itself a text of a time depends on the session, and ends at milliseconds. -#}
{% macro snowflake__timestamp_text(expression) %}{{ return('to_varchar(' ~ expression ~ ", 'YYYY-MM-DD HH24:MI:SS.FF6')") }}{% endmacro %}


{#- The start of the hour, day, week (Monday) or month that a UTC timestamp lies in, as a timestamp. -#}
{% macro truncate_timestamp(window, expression) %}{{ return(adapter.dispatch('truncate_timestamp', 'mlmon')(window, expression)) }}{% endmacro %}

{% macro default__truncate_timestamp(window, expression) %}
    {{ return('cast(' ~ dbt.date_trunc(window, expression) ~ ' as ' ~ dbt.type_timestamp() ~ ')') }}
{% endmacro %}

{% macro bigquery__truncate_timestamp(window, expression) %}
    {{ return('timestamp_trunc(' ~ expression ~ ', ' ~ ('isoweek' if window == 'week' else window) ~ ')') }}
{% endmacro %}

{#- date_trunc('week') follows the session's WEEK_START; the number of a weekday by ISO does not. -#}
{% macro snowflake__truncate_timestamp(window, expression) %}
    {%- if window != 'week' -%}{{ return(mlmon.default__truncate_timestamp(window, expression)) }}{%- endif -%}
    {{ return("cast(dateadd('day', 1 - dayofweekiso(" ~ expression ~ "), date_trunc('day', " ~ expression ~ ')) as timestamp_ntz)') }}
{% endmacro %}


{#- Seconds from one timestamp to a later one, as a double with fractions. -#}
{% macro seconds_between(first, second) %}{{ return(adapter.dispatch('seconds_between', 'mlmon')(first, second)) }}{% endmacro %}

{% macro default__seconds_between(first, second) %}
    {{ return('cast(' ~ dbt.datediff(first, second, 'second') ~ ' as ' ~ mlmon.sql_type('double') ~ ')') }}
{% endmacro %}

{#- There a time may be infinite, and a difference to it is an error. -#}
{% macro postgres__seconds_between(first, second) %}
    {{ return('case when isfinite(' ~ first ~ ') and isfinite(' ~ second ~ ') then cast(extract(epoch from (' ~ second ~ ' - ' ~ first ~ ')) as double precision) end') }}
{% endmacro %}

{% macro duckdb__seconds_between(first, second) %}
    {{ return('((epoch_us(' ~ second ~ ') - epoch_us(' ~ first ~ ')) / 1000000.0::double)') }}
{% endmacro %}

{% macro bigquery__seconds_between(first, second) %}{{ return('(timestamp_diff(' ~ second ~ ', ' ~ first ~ ', microsecond) / 1000000)') }}{% endmacro %}

{% macro snowflake__seconds_between(first, second) %}
    {{ return("(cast(datediff('microsecond', " ~ first ~ ', ' ~ second ~ ') as double) / 1000000)') }}
{% endmacro %}

{% macro redshift__seconds_between(first, second) %}
    {{ return('(cast(datediff(microsecond, ' ~ first ~ ', ' ~ second ~ ') as double precision) / 1000000)') }}
{% endmacro %}

{% macro spark__seconds_between(first, second) %}
    {{ return('(cast(unix_micros(' ~ second ~ ') - unix_micros(' ~ first ~ ') as double) / 1000000)') }}
{% endmacro %}


{#- A timestamp moved by `n` hours, days, weeks, months or seconds. -#}
{% macro add_time(unit, n, timestamp) %}{{ return(adapter.dispatch('add_time', 'mlmon')(unit, n, timestamp)) }}{% endmacro %}

{% macro default__add_time(unit, n, timestamp) %}{{ return('cast(' ~ dbt.dateadd(unit, n, timestamp) ~ ' as ' ~ dbt.type_timestamp() ~ ')') }}{% endmacro %}

{#- dbt's own goes through texts and whole seconds there, and so does its difference. -#}
{% macro spark__add_time(unit, n, timestamp) %}{{ return('timestampadd(' ~ unit ~ ', ' ~ n ~ ', ' ~ timestamp ~ ')') }}{% endmacro %}


{#- Whole days or hours from one timestamp to another that are starts of such. -#}
{% macro units_between(unit, first, second) %}{{ return(adapter.dispatch('units_between', 'mlmon')(unit, first, second)) }}{% endmacro %}

{% macro default__units_between(unit, first, second) %}{{ return(dbt.datediff(first, second, unit)) }}{% endmacro %}

{% macro postgres__units_between(unit, first, second) %}
    {{ return('case when isfinite(' ~ first ~ ') and isfinite(' ~ second ~ ') then ' ~ mlmon.default__units_between(unit, first, second) ~ ' end') }}
{% endmacro %}

{% macro redshift__units_between(unit, first, second) %}{{ return(mlmon.default__units_between(unit, first, second)) }}{% endmacro %}

{% macro spark__units_between(unit, first, second) %}{{ return('timestampdiff(' ~ unit ~ ', ' ~ first ~ ', ' ~ second ~ ')') }}{% endmacro %}
