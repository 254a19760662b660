{#- A date or UTC time of the config -> text 'YYYY-MM-DD HH:MM:SS', or none where it is no such thing. -#}
{% macro moment(value) %}
    {%- set text = '' if value is none or value is number else value | string -%}
    {%- if not modules.re.match('^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?Z?)?\\Z', text) -%}{{ return(none) }}{%- endif -%}
    {%- set year, month, day = text[0:4] | int, text[5:7] | int, text[8:10] | int -%}
    {%- set hour, minute = text[11:13] or '00', text[14:16] or '00' -%}
    {%- set second = text[17:19] or '00' -%}
    {%- set leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0 -%}
    {%- set days = {2: 29 if leap else 28, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31) -%}
    {%- if year < 1 or month < 1 or month > 12 or day < 1 or day > days or hour | int > 23 or minute | int > 59 or second | int > 59 -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(text[0:10] ~ ' ' ~ hour ~ ':' ~ minute ~ ':' ~ second) }}
{% endmacro %}


{#- A duration of the config ('30 days', a hundred years at most) -> whole seconds, or none where it is no such thing. -#}
{% macro duration_seconds(value) %}
    {%- set text = value | string | trim -%}
    {%- if not modules.re.match('^[0-9]{1,6}\\s*(minute|hour|day|week)s?\\Z', text) -%}{{ return(none) }}{%- endif -%}
    {%- set found = namespace(seconds=none) -%}
    {%- for unit, seconds in {'minute': 60, 'hour': 3600, 'day': 86400, 'week': 604800}.items() if unit in text -%}
        {%- set found.seconds = (text.split(unit)[0] | trim | int) * seconds -%}
    {%- endfor -%}
    {{ return(found.seconds if found.seconds <= 36500 * 86400 else none) }}
{% endmacro %}


{#- A list as it is, and of anything else a list of it. -#}
{% macro listed(value) %}{{ return(value if value is sequence and value is not string and value is not mapping else [value]) }}{% endmacro %}


{#- '7 days' -> [7, 'day'], or none where it is no period: of hours, days, weeks, months or years. -#}
{% macro period_parts(value) %}
    {%- set text = value | string | trim -%}
    {%- if not modules.re.match('^[1-9][0-9]{0,4}\\s*(hour|day|week|month|year)s?\\Z', text) -%}{{ return(none) }}{%- endif -%}
    {%- set unit = modules.re.sub('[0-9\\s]', '', text) -%}
    {{ return([modules.re.sub('[^0-9]', '', text) | int, unit[:-1] if unit.endswith('s') else unit]) }}
{% endmacro %}


{#- 'n of m' -> [n, m], or none where it is no such thing. -#}
{% macro n_of_m(value) %}
    {%- set text = value | string | trim -%}
    {%- if not modules.re.match('^[0-9]{1,3}\\s+of\\s+[0-9]{1,3}\\Z', text) -%}{{ return(none) }}{%- endif -%}
    {%- set n, m = text.split('of')[0] | trim | int, text.split('of')[1] | trim | int -%}
    {{ return([n, m] if 1 <= n and n <= m and m <= 100 else none) }}
{% endmacro %}


{#- Whether a value of the config is a number that every engine's double can hold. -#}
{% macro is_finite(value) %}{{ return(value is number and value is not boolean and -1e300 <= value and value <= 1e300) }}{% endmacro %}


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
