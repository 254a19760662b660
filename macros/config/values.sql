{#- A date or UTC time of the config -> text 'YYYY-MM-DD HH:MM:SS', or none where it is no such thing. -#}
{% macro moment(value) %}
    {%- set found = modules.re.match('^(\\d{4})-(\\d{2})-(\\d{2})(?:[ T](\\d{2}):(\\d{2})(?::(\\d{2}))?Z?)?\\Z', value | string) if value is not number and value is not none else none -%}
    {%- if not found -%}{{ return(none) }}{%- endif -%}
    {%- set year, month, day = found.group(1) | int, found.group(2) | int, found.group(3) | int -%}
    {%- set hour, minute, second = (found.group(4) or 0) | int, (found.group(5) or 0) | int, (found.group(6) or 0) | int -%}
    {%- set leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0 -%}
    {%- set days = {2: 29 if leap else 28, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31) -%}
    {%- if year < 1 or month < 1 or month > 12 or day < 1 or day > days or hour > 23 or minute > 59 or second > 59 -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return('%04d-%02d-%02d %02d:%02d:%02d' % (year, month, day, hour, minute, second)) }}
{% endmacro %}


{#- A duration of the config ('30 days', a hundred years at most) -> whole seconds, or none where it is no such thing. -#}
{% macro duration_seconds(value) %}
    {%- set found = modules.re.match('^\\s*(\\d{1,6})\\s*(minute|hour|day|week)s?\\s*\\Z', value | string) -%}
    {%- if not found -%}{{ return(none) }}{%- endif -%}
    {%- set seconds = (found.group(1) | int) * {'minute': 60, 'hour': 3600, 'day': 86400, 'week': 604800}[found.group(2)] -%}
    {{ return(seconds if seconds <= 36500 * 86400 else none) }}
{% endmacro %}


{#- 'n of m' -> [n, m], or none where it is no such thing. -#}
{% macro n_of_m(value) %}
    {%- set found = modules.re.match('^\\s*(\\d{1,3})\\s+of\\s+(\\d{1,3})\\s*\\Z', value | string) -%}
    {%- if not found -%}{{ return(none) }}{%- endif -%}
    {%- set n, m = found.group(1) | int, found.group(2) | int -%}
    {{ return([n, m] if 1 <= n <= m <= 100 else none) }}
{% endmacro %}


{#- Whether a value of the config is a number that every engine's double can hold. -#}
{% macro is_finite(value) %}{{ return(value is number and value is not boolean and -1e300 <= value <= 1e300) }}{% endmacro %}


{#- Whether a value of the config is a text, a number, a boolean or a date, and not nothing. -#}
{% macro is_one_value(value) %}
    {{ return((value is string and value | trim | length > 0) or value is boolean or mlmon.is_finite(value) or value.isoformat is defined) }}
{% endmacro %}


{#- A value of the config as JSON whose keys are in order, for a hash. What JSON has not, such as a date without quotes, becomes text. -#}
{% macro ordered_json(value) %}{{ return(tojson(mlmon.plain_value(value), sort_keys=true)) }}{% endmacro %}

{% macro plain_value(value) %}
    {%- if value is mapping -%}
        {%- set found = {} -%}
        {%- for key, item in value.items() -%}{%- do found.update({key | string: mlmon.plain_value(item)}) -%}{%- endfor -%}
        {{ return(found) }}
    {%- elif value is sequence and value is not string -%}
        {%- set found = [] -%}
        {%- for item in value -%}{%- do found.append(mlmon.plain_value(item)) -%}{%- endfor -%}
        {{ return(found) }}
    {%- endif -%}
    {{ return(value if value is none or value is string or value is number else value | string) }}
{% endmacro %}


{#- A text 'YYYY-MM-DD HH:MM:SS' as a UTC timestamp literal. -#}
{% macro timestamp_literal(value) %}
    {{ return('cast(' ~ mlmon.text_literal(value) ~ ' as ' ~ dbt.type_timestamp() ~ ')') }}
{% endmacro %}


{#- A number as a double literal. -#}
{% macro double_literal(value) %}
    {{ return('cast(' ~ ('null' if value is none else value) ~ ' as ' ~ mlmon.sql_type('double') ~ ')') }}
{% endmacro %}
