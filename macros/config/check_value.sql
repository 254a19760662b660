{#- What is wrong with a value by its rule of `config_schema`, and with all that is below it: appended to `mistakes`. `where` is the path of its key. -#}
{% macro check_value(value, rule, monitor, where, mistakes) %}
    {%- set before = mistakes | length -%}
    {%- set shape = 'mapping' if value is mapping else ('list' if value is sequence and value is not string else 'single') -%}
    {%- set forms = {} -%}
    {%- for form in mlmon.forms_of(rule) -%}{%- do forms.update({form.type if form.type in ['list', 'mapping'] else 'single': form}) -%}{%- endfor -%}
    {%- set form = forms.get(shape) -%}
    {%- set named = (value.keys() | list | first) if value is mapping and value else value -%}
    {%- if named in rule.get('later', []) -%}
        {%- do mlmon.add_mistake(mistakes, monitor, where, "is " ~ mlmon.describe_value(value) ~ ", which this version of mlmon does not support yet. Legal: " ~ rule['values'] | join(', ')) -%}
    {%- elif value is none or not form or (form.get('non_empty') and not value) or (shape == 'single' and not mlmon.is_legal(value, form)) -%}
        {%- do mlmon.add_mistake(mistakes, monitor, where, "is " ~ mlmon.describe_value(value) ~ (mlmon.suggestion(value, rule['values']) if value is string and rule.type == 'enum'
            else '; expected ' ~ mlmon.legal_text(rule) ~ (' (or leave the key out)' if value is none and not rule.get('required') and not where.endswith(']') else ''))) -%}
    {%- elif form.type == 'sum' and mlmon.kpi_problem(value) is not none -%}
        {%- do mlmon.add_mistake(mistakes, monitor, where, "is '" ~ value[:60] ~ "', which " ~ mlmon.kpi_problem(value) ~ "; expected " ~ mlmon.legal_text(form)) -%}
    {%- elif 'keys' in form -%}
        {%- do mlmon.check_keys(value, form['keys'], monitor, where ~ '.', mistakes) -%}
        {%- if form.get('whole') -%}{%- do mlmon.check_required(value, form['keys'], monitor, where ~ '.', mistakes) -%}{%- endif -%}
    {%- elif shape == 'mapping' -%}
        {%- for key, item in value.items() -%}{%- do mlmon.check_value(item, form.of, monitor, where ~ '.' ~ key, mistakes) -%}{%- endfor -%}
    {%- elif shape == 'list' -%}
        {%- set seen = [] -%}
        {%- for item in value -%}
            {%- set name = item.get('name') if item is mapping else none -%}
            {%- set count = mistakes | length -%}
            {%- do mlmon.check_value(item, form.of, monitor, where ~ '[' ~ (name[:60] if name is string and name | trim else loop.index0) ~ ']', mistakes) -%}
            {%- if form.get('unique') and mistakes | length == count -%}
                {%- set text = item if item is string else item | sort | join(',') -%}
                {%- if text in seen -%}{%- do mlmon.add_mistake(mistakes, monitor, where, "names " ~ ("'" ~ (item if item is string else item | first) ~ "'" if item is string or item is mapping else '[' ~ item | join(', ') ~ ']') ~ " twice") -%}{%- endif -%}
                {%- do seen.append(text) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if form and form.get('check') and mistakes | length == before -%}{%- do mlmon.check_together(value, form.check, monitor, where, mistakes) -%}{%- endif -%}
{% endmacro %}


{#- A rule and the other forms of its key. -#}
{% macro forms_of(rule) %}{{ return([rule] + (mlmon.forms_of(rule.also) if 'also' in rule else [])) }}{% endmacro %}


{#- Keys that are not legal, and what is wrong with the values of the others. -#}
{% macro check_keys(block, schema, monitor, path, mistakes) %}
    {%- for key, value in block.items() -%}
        {%- if key not in schema -%}
            {%- do mlmon.add_mistake(mistakes, monitor, path ~ key, "is an unknown key" ~ mlmon.suggestion(key, schema.keys() | list)) -%}
        {%- elif schema[key].get('later') is sameas true -%}
            {%- do mlmon.add_mistake(mistakes, monitor, path ~ key, "is not supported in this version of mlmon; leave it out") -%}
        {%- else -%}
            {%- do mlmon.check_value(value, schema[key], monitor, path ~ key, mistakes) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}


{#- Keys that have to be there and are not. -#}
{% macro check_required(block, schema, monitor, path, mistakes, task='binary') %}
    {%- for key, rule in schema.items() -%}
        {%- if (rule.get('required') or task in rule.get('required_by', [])) and key not in block -%}
            {%- do mlmon.add_mistake(mistakes, monitor, path ~ key, "is missing; it is required: " ~ mlmon.legal_text(rule)) -%}
        {%- elif block.get(key) is mapping and 'keys' in rule -%}
            {%- do mlmon.check_required(block[key], rule['keys'], monitor, path ~ key ~ '.', mistakes, task) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}


{#- Whether a single value, no list and no mapping, is one of its rule's type. -#}
{% macro is_legal(value, rule) %}
    {%- set type = rule.type -%}
    {%- set is_text = value is string and value | trim | length > 0 -%}
    {%- if type in ['number', 'integer'] -%}
        {{ return(mlmon.is_finite(value) and (type == 'number' or value is integer) and value >= rule.get('minimum', -1e300)
            and value <= rule.get('maximum', 1e300 if type == 'number' else 1000000000) and ('above' not in rule or value > rule.above)) }}
    {%- elif type in ['text', 'column', 'sum'] -%}{{ return(is_text) }}
    {%- elif type == 'name' -%}{{ return(is_text and ',' not in value) }}
    {%- elif type == 'string' -%}{{ return(value is string) }}
    {%- elif type == 'enum' -%}{{ return(value in rule['values']) }}
    {%- elif type == 'relation' -%}{{ return(mlmon.relation_parts(value) is not none) }}
    {%- elif type == 'scalar' -%}{{ return(mlmon.is_one_value(value)) }}
    {%- elif type == 'boolean' -%}{{ return(value is boolean) }}
    {%- elif type == 'off' -%}{{ return(value is sameas false) }}
    {%- elif type == 'date' -%}{{ return(mlmon.moment(value) is not none and value | string | length == 10) }}
    {%- elif type == 'moment' -%}{{ return(mlmon.moment(value) is not none) }}
    {%- elif type == 'duration' -%}{{ return(mlmon.duration_seconds(value) is not none) }}
    {%- elif type == 'period' -%}{{ return(mlmon.period_parts(value) is not none) }}
    {%- elif type == 'n_of_m' -%}{{ return(mlmon.n_of_m(value) is not none) }}
    {%- elif type == 'time' -%}{{ return(is_text and modules.re.match('^([01]\\d|2[0-3]):[0-5]\\d\\Z', value) is not none) }}
    {%- elif type == 'timezone' -%}{{ return(is_text and value in modules.pytz.all_timezones_set) }}
    {%- endif -%}
    {{ exceptions.raise_compiler_error("mlmon: config_schema has a type that is_legal does not know: " ~ type) }}
{% endmacro %}


{#- What a rule lets be written, in words: 'a whole number from 2 to 90'. -#}
{% macro legal_text(rule) %}
    {%- set least = ' above ' ~ rule.above if 'above' in rule else (' from ' ~ rule.minimum if 'minimum' in rule else '') -%}
    {%- set range = least ~ (' to ' ~ rule.maximum if 'maximum' in rule else '') -%}
    {%- set text = rule.get('expected') or {
        'number': 'a number' ~ range, 'integer': 'a whole number' ~ range, 'boolean': 'true or false', 'off': 'false',
        'text': 'a text', 'string': 'a text', 'name': 'a name without a comma', 'scalar': 'one value: a text, a number or a boolean',
        'column': 'the name of a ' ~ {'numeric': 'numeric ', 'timestamp': 'date or timestamp '}.get(rule.get('kind'), '') ~ 'column',
        'relation': 'the name of a model, seed or snapshot (name.v2 for a version of a model), source_name.table_name',
        'date': 'a date such as 2026-12-25',
        'moment': "a date or a time in UTC such as 2026-01-01 or '2026-01-01 06:00:00'", 'duration': "a duration in minutes, hours, days or weeks, such as '30 days', up to a hundred years",
        'period': "a number of hours, days, weeks, months or years, such as '7 days'",
        'n_of_m': "'n of m' with 1 <= n <= m <= 100, such as '2 of 3'", 'time': "a time of day in quotes such as '22:00'", 'timezone': "a name of the tz database such as 'Europe/Berlin'",
        'sum': 'a sum or a count, as it is added up over segments and versions. Legal: sum(…) and count(…) of rows of p and l, added, subtracted, and multiplied or divided by '
            ~ 'numbers, such as sum(l.revenue) / 100',
        'enum': ('one of ' if rule.get('values', []) | length > 1 else '') ~ rule.get('values', []) | join(', '),
        'list': 'a list of ' ~ {'column': 'column names', 'name': 'names'}.get((rule.get('of') or {}).get('type'), (rule.get('of') or {}).get('values', []) | join(', ')),
        'mapping': 'a mapping' ~ (' with the keys ' ~ rule.get('keys', {}).keys() | join(', ') if 'keys' in rule else '')
    }[rule.type] -%}
    {{ return(text ~ (', or ' ~ mlmon.legal_text(rule.also) if 'also' in rule else '')) }}
{% endmacro %}
