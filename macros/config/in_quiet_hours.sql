{#- Whether a UTC time 'YYYY-MM-DD HH:MM:SS' lies in the quiet hours of a monitor: {from, to, timezone, days}. A night that begins on one day and ends on the
    next belongs to both; a day in `days` is quiet as a whole. -#}
{% macro in_quiet_hours(quiet, now) %}
    {%- set utc = modules.pytz.utc.localize(modules.datetime.datetime.strptime(now, '%Y-%m-%d %H:%M:%S')) -%}
    {%- set local = utc.astimezone(modules.pytz.timezone(quiet.get('timezone', 'UTC'))) -%}
    {%- set day = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'][local.weekday()] -%}
    {%- if day in quiet.get('days', []) -%}{{ return(true) }}{%- endif -%}
    {%- if not quiet.get('from') -%}{{ return(false) }}{%- endif -%}
    {%- set time, start, end = local.strftime('%H:%M'), quiet['from'], quiet['to'] -%}
    {{ return((start <= time and time < end) if start < end else (time >= start or time < end)) }}
{% endmacro %}
