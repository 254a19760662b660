{#- Everything that is wrong with the configuration -> list of {monitor, key, message}; empty where all is right.
    `columns` false leaves the warehouse alone and checks what is written only; `monitors` and `defaults`: what to check instead of the project's;
    `among` names the monitors whose columns are looked at. -#}
{% macro validate_config(columns=true, monitors=none, among=none, defaults=none) %}
    {%- set mistakes = [] -%}
    {%- for name in ['mlmon_monitors', 'mlmon_defaults'] if execute and monitors is none and var(name, none) is none -%}
        {%- set written = mlmon.misspelled_var(name) -%}
        {%- if written is not none -%}{%- do mlmon.add_mistake(mistakes, none, written, "is no var of mlmon — did you mean '" ~ name ~ "'?") -%}{%- endif -%}
    {%- endfor -%}
    {%- set monitors = var('mlmon_monitors', {}) if monitors is none else monitors -%}
    {%- set defaults = var('mlmon_defaults', {}) if defaults is none else defaults -%}
    {%- if monitors is none or monitors is not mapping -%}
        {%- do mlmon.add_mistake(mistakes, none, 'mlmon_monitors', "is " ~ mlmon.describe_value(monitors)
            ~ "; expected a mapping from a monitor's name to its block") -%}
        {{ return(mistakes) }}
    {%- endif -%}
    {%- if defaults is not none and defaults is not mapping -%}
        {%- do mlmon.add_mistake(mistakes, none, 'mlmon_defaults', "is " ~ mlmon.describe_value(defaults)
            ~ "; expected a block of the same keys as a monitor") -%}
        {%- set defaults = {} -%}
    {%- endif -%}
    {#- each takes longer to make than a monitor to check -#}
    {%- set schema, tasks, known = mlmon.config_schema(), mlmon.tasks(), mlmon.declared_metrics().values() | map(attribute='metrics') | sum(start=[]) -%}
    {%- do mlmon.check_keys(defaults or {}, schema, 'mlmon_defaults', '', mistakes) -%}
    {%- set defaults_are_right = not mistakes -%}
    {%- set seen = {} -%}
    {%- for written_name, block in monitors.items() -%}
        {%- set name = written_name | string -%}
        {%- set normal = name | lower | trim -%}
        {%- if normal in seen -%}
            {%- do mlmon.add_mistake(mistakes, name, '', "has the same name as monitor '" ~ seen[normal]
                ~ "' but for upper and lower case or spaces; give each monitor a unique name") -%}
        {%- endif -%}
        {%- do seen.update({normal: name}) -%}
        {%- if not modules.re.match('^[A-Za-z0-9_.-]{1,100}\\Z', name) -%}
            {%- do mlmon.add_mistake(mistakes, name, '', "is not a legal name; use up to 100 letters, digits, '_', '-' and '.'") -%}
        {%- endif -%}
        {%- if block is not mapping -%}
            {%- do mlmon.add_mistake(mistakes, name, '', "is " ~ mlmon.describe_value(block) ~ "; expected a mapping. Legal keys: "
                ~ schema.keys() | join(', ')) -%}
        {%- else -%}
            {%- set before = mistakes | length -%}
            {%- set spec = mlmon.deep_merge(defaults or {}, block) -%}
            {%- do mlmon.check_keys(block, schema, name, '', mistakes) -%}
            {%- set is_right = defaults_are_right and mistakes | length == before -%}
            {%- if is_right and spec.get('task') -%}{%- do mlmon.check_task(block, spec.task, name, mistakes, tasks, known) -%}{%- endif -%}
            {%- do mlmon.check_required(spec, schema, name, '', mistakes, spec.get('task', 'binary')) -%}
            {%- if is_right -%}{%- do mlmon.check_meaning(spec, name, mistakes) -%}{%- endif -%}
            {%- if columns and execute and (among is none or name in among) -%}{%- do mlmon.check_columns(spec, name, mistakes) -%}{%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(mistakes) }}
{% endmacro %}


{% macro add_mistake(mistakes, monitor, key, message) %}
    {%- do mistakes.append({'monitor': monitor, 'key': key, 'message': message}) -%}
{% endmacro %}


{#- One mistake as a line for people. -#}
{% macro mistake_text(mistake) %}
    {%- set where = "monitor '" ~ mistake.monitor ~ "'" if mistake.monitor is not none and mistake.monitor != 'mlmon_defaults' else (mistake.monitor or 'mlmon') -%}
    {{ return(where ~ ": " ~ ("'" ~ mistake.key ~ "' " if mistake.key else '') ~ mistake.message) }}
{% endmacro %}


{#- All mistakes as one text, the first line counting them. -#}
{% macro mistakes_text(mistakes) %}
    {%- set lines = ["mlmon: " ~ mistakes | length ~ " mistake(s) in the configuration"] -%}
    {%- for mistake in mistakes -%}
        {%- do lines.append("  - " ~ mlmon.mistake_text(mistake)) -%}
    {%- endfor -%}
    {{ return(lines | join('\n')) }}
{% endmacro %}


{#- A value and its type, short enough for an error message. -#}
{% macro describe_value(value) %}
    {%- if value is none -%}{{ return('empty') }}
    {%- elif value is mapping and not value -%}{{ return('an empty mapping') }}
    {%- elif value is mapping -%}{{ return('a mapping (' ~ (value.keys() | list)[:5] | join(', ') ~ ')') }}
    {%- elif value is string -%}{{ return("the text '" ~ value[:60] ~ "'") }}
    {%- elif value is boolean -%}{{ return('the boolean ' ~ (value | string | lower)) }}
    {%- elif value is number -%}{{ return('the number ' ~ value) }}
    {%- elif value is sequence -%}{{ return('a list of ' ~ value | length) }}
    {%- endif -%}
    {{ return("'" ~ (value | string)[:60] ~ "'") }}
{% endmacro %}


{% macro suggestion(written, legal) %}
    {%- set closest = mlmon.closest_name(written, legal) -%}
    {{ return((" — did you mean '" ~ closest ~ "'?" if closest is not none else ';') ~ ' Legal: ' ~ legal | join(', ')) }}
{% endmacro %}
