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


{#- What is wrong with quiet hours -> [{key, message}]. -#}
{% macro quiet_hours_mistakes(value) %}
    {%- set found = [] -%}
    {%- set legal = ['from', 'to', 'timezone', 'days'] -%}
    {%- set days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] -%}
    {%- for key in value if key not in legal -%}
        {%- do found.append({'key': '.' ~ key, 'message': 'is an unknown key' ~ mlmon.suggestion(key, legal)}) -%}
    {%- endfor -%}
    {%- for key in ['from', 'to'] if key in value -%}
        {%- if value[key] is not string or not modules.re.match('^([01]\\d|2[0-3]):[0-5]\\d\\Z', value[key]) -%}
            {%- do found.append({'key': '.' ~ key, 'message': 'is ' ~ mlmon.describe_value(value[key]) ~ "; expected a time of day in quotes such as '22:00'"}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if ('from' in value) != ('to' in value) -%}
        {%- do found.append({'key': '', 'message': "has one of 'from' and 'to'; say both"}) -%}
    {%- elif 'from' not in value and 'days' not in value -%}
        {%- do found.append({'key': '', 'message': "names no time; say 'from' and 'to', or 'days'"}) -%}
    {%- elif 'from' in value and value['from'] == value['to'] -%}
        {%- do found.append({'key': '', 'message': "begins and ends at " ~ value['from'] ~ "; say two times, or name whole 'days'"}) -%}
    {%- endif -%}
    {%- if 'timezone' in value and (value.timezone is not string or value.timezone not in modules.pytz.all_timezones_set) -%}
        {%- do found.append({'key': '.timezone', 'message': 'is ' ~ mlmon.describe_value(value.timezone) ~ "; expected a name of the tz database such as 'Europe/Berlin'"}) -%}
    {%- endif -%}
    {%- if 'days' in value -%}
        {%- if value.days is string or value.days is mapping or value.days is not sequence -%}
            {%- do found.append({'key': '.days', 'message': 'is ' ~ mlmon.describe_value(value.days) ~ '; expected a list of ' ~ days | join(', ')}) -%}
        {%- else -%}
            {%- for day in value.days if day not in days -%}
                {%- do found.append({'key': '.days', 'message': 'holds ' ~ mlmon.describe_value(day) ~ mlmon.suggestion(day | string, days)}) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}


{#- What is wrong with a list of periods {start, end, reason} -> [{key, message}]. -#}
{% macro period_mistakes(value) %}
    {%- set found = [] -%}
    {%- set legal = ['start', 'end', 'reason'] -%}
    {%- for period in value -%}
        {%- set where = '[' ~ loop.index0 ~ ']' -%}
        {%- if period is not mapping -%}
            {%- do found.append({'key': where, 'message': 'is ' ~ mlmon.describe_value(period) ~ '; expected {start, end, reason}'}) -%}
        {%- else -%}
            {%- for key in period if key not in legal -%}
                {%- do found.append({'key': where ~ '.' ~ key, 'message': 'is an unknown key' ~ mlmon.suggestion(key, legal)}) -%}
            {%- endfor -%}
            {%- for key in ['start', 'end'] -%}
                {%- if mlmon.moment(period.get(key)) is none -%}
                    {%- do found.append({'key': where ~ '.' ~ key, 'message': 'is ' ~ mlmon.describe_value(period.get(key))
                        ~ "; expected a date or a time in UTC such as 2026-01-01 or '2026-01-01 06:00:00'"}) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- if mlmon.moment(period.get('start')) is not none and mlmon.moment(period.get('end')) is not none
                    and mlmon.moment(period.start) >= mlmon.moment(period.end) -%}
                {%- do found.append({'key': where ~ '.start', 'message': 'is ' ~ mlmon.moment(period.start) ~ ', which is not before its end, '
                    ~ mlmon.moment(period.end) ~ '; the period is [start, end)'}) -%}
            {%- endif -%}
            {%- if 'reason' in period and period.reason is not string -%}
                {%- do found.append({'key': where ~ '.reason', 'message': 'is ' ~ mlmon.describe_value(period.reason) ~ '; expected a text'}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
