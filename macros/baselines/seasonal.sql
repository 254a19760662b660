{#- The same phase of the periods before: with a period of 7 days and windows of a day, the same day of the last weeks, `count` of them. -#}
{% macro seasonal_baseline() %}
    {{ return({'moves': true, 'setting': {'type': 'mapping', 'whole': true, 'meaning': 'the same phase of the last periods', 'keys': {
        'period': {'type': 'period', 'required': true, 'meaning': 'a whole number of windows; for a season of a year and windows of a day 52 weeks'},
        'count': {'type': 'integer', 'minimum': 2, 'maximum': 500, 'absent': 4, 'meaning': 'how many periods'}
    }}}) }}
{% endmacro %}


{% macro seasonal_span(setting, window) %}
    {%- set period = mlmon.windows_in_period(setting.period, window) -%}
    {{ return({'reach': period * setting.get('count', 4), 'period': period}) }}
{% endmacro %}


{#- How many windows a period is, or none where that is no whole number. -#}
{% macro windows_in_period(period, window) %}
    {%- set number, unit = mlmon.period_parts(period) -%}
    {%- set hours, months = {'hour': 1, 'day': 24, 'week': 168}, {'month': 1, 'year': 12} -%}
    {%- if window == 'month' -%}{{ return(number * months[unit] if unit in months else none) }}{%- endif -%}
    {{ return(number * hours[unit] // hours[window] if unit in hours and number * hours[unit] % hours[window] == 0 else none) }}
{% endmacro %}
