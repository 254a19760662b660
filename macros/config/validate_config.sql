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
    {%- do mlmon.check_keys(defaults or {}, mlmon.config_schema(), 'mlmon_defaults', '', mistakes) -%}
    {%- set defaults_are_right = not mistakes -%}
    {%- set seen = {} -%}
    {%- for written_name, block in monitors.items() -%}
        {%- set name = written_name | string -%}
        {%- set normal = name | lower | trim -%}
        {%- if normal in seen -%}
            {%- do mlmon.add_mistake(mistakes, name, '', "has the same name as monitor '" ~ seen[normal]
                ~ "' but for upper and lower case or spaces; give each monitor a name of its own") -%}
        {%- endif -%}
        {%- do seen.update({normal: name}) -%}
        {%- if not modules.re.match('^[A-Za-z0-9_.-]{1,100}\\Z', name) -%}
            {%- do mlmon.add_mistake(mistakes, name, '', "is not a legal name; use up to 100 letters, digits, '_', '-' and '.'") -%}
        {%- endif -%}
        {%- if block is not mapping -%}
            {%- do mlmon.add_mistake(mistakes, name, '', "is " ~ mlmon.describe_value(block) ~ "; expected a mapping. Legal keys: "
                ~ mlmon.config_schema().keys() | join(', ')) -%}
        {%- else -%}
            {%- set before = mistakes | length -%}
            {%- do mlmon.check_keys(block, mlmon.config_schema(), name, '', mistakes) -%}
            {%- if mistakes | length == before and defaults_are_right -%}
                {%- set spec = mlmon.deep_merge(defaults or {}, block) -%}
                {%- do mlmon.check_required(spec, mlmon.config_schema(), name, '', mistakes) -%}
                {%- do mlmon.check_meaning(spec, name, mistakes) -%}
            {%- else -%}
                {%- do mlmon.check_required(mlmon.deep_merge(defaults if defaults is mapping else {}, block), mlmon.config_schema(), name, '', mistakes) -%}
            {%- endif -%}
            {%- if columns and execute and (among is none or name in among) -%}
                {%- do mlmon.check_columns(mlmon.deep_merge(defaults if defaults is mapping else {}, block), name, mistakes) -%}
            {%- endif -%}
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


{#- Keys that are not legal, and values of the wrong type. -#}
{% macro check_keys(block, schema, monitor, path, mistakes) %}
    {%- for key, value in block.items() -%}
        {%- set where = path ~ key -%}
        {%- if key not in schema -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "is an unknown key" ~ mlmon.suggestion(key, schema.keys() | list)) -%}
        {%- elif schema[key].get('later') is sameas true -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "is not supported in this version of mlmon; leave it out") -%}
        {%- else -%}
            {%- do mlmon.check_value(value, schema[key], monitor, where, mistakes) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}


{% macro check_required(block, schema, monitor, path, mistakes) %}
    {%- for key, rule in schema.items() -%}
        {%- if rule.get('required') and (key not in block or block[key] is none) -%}
            {%- do mlmon.add_mistake(mistakes, monitor, path ~ key, "is missing; it is required"
                ~ (". Legal: " ~ rule['values'] | join(', ') if 'values' in rule else '')
                ~ (" (keys: " ~ rule['keys'].keys() | join(', ') ~ ")" if 'keys' in rule else '')) -%}
        {%- elif key in block and block[key] is mapping and 'keys' in rule -%}
            {%- do mlmon.check_required(block[key], rule['keys'], monitor, path ~ key ~ '.', mistakes) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}


{% macro check_value(value, rule, monitor, where, mistakes) %}
    {%- set type = rule.type -%}
    {%- set found = mlmon.describe_value(value) -%}
    {%- set problem = namespace(expected=none) -%}
    {%- if value is none -%}
        {%- set problem.expected = 'a value (or leave the key out)' -%}
    {%- elif type == 'mapping' -%}
        {%- if value is not mapping -%}
            {%- set problem.expected = 'a mapping with the keys ' ~ rule['keys'].keys() | join(', ') -%}
        {%- else -%}
            {%- do mlmon.check_keys(value, rule['keys'], monitor, where ~ '.', mistakes) -%}
        {%- endif -%}
    {%- elif type == 'enum' -%}
        {%- if value in rule.get('later', []) -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "is '" ~ value ~ "', which this version of mlmon does not support yet. Legal: " ~ rule['values'] | join(', ')) -%}
        {%- elif value not in rule['values'] -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "is " ~ found ~ mlmon.suggestion(value, rule['values'])) -%}
        {%- endif -%}
    {%- elif type == 'relation' -%}
        {%- if value is mapping and value.keys() | reject('in', ['name', 'version', 'package']) | list -%}
            {%- for key in value if key not in ['name', 'version', 'package'] -%}
                {%- do mlmon.add_mistake(mistakes, monitor, where ~ '.' ~ key, "is an unknown key" ~ mlmon.suggestion(key, ['name', 'version', 'package'])) -%}
            {%- endfor -%}
        {%- elif mlmon.relation_parts(value) is none -%}
            {%- set problem.expected = 'the name of a model, seed or snapshot (name.v2 for a version of a model), source_name.table_name, or {name, version, package}' -%}
        {%- endif -%}
    {%- elif type in ['column', 'text'] -%}
        {%- if value is not string or not value | trim -%}
            {%- set problem.expected = {'column': 'the name of a column', 'text': 'a text'}[type] -%}
        {%- endif -%}
    {%- elif type == 'number' or type == 'integer' -%}
        {%- set maximum = rule.get('maximum', 1000000000 if type == 'integer' else none) -%}
        {%- if not mlmon.is_finite(value) or (type == 'integer' and value is not integer) -%}
            {%- set problem.expected = 'a number' if type == 'number' else 'a whole number' -%}
        {%- elif (rule.get('minimum') is not none and value < rule.minimum) or (maximum is not none and value > maximum)
                or (rule.get('above') is not none and value <= rule.above) -%}
            {%- set problem.expected = 'a number ' ~ ('above ' ~ rule.above if rule.get('above') is not none else 'from ' ~ rule.get('minimum', '-infinity'))
                ~ ' to ' ~ ('infinity' if maximum is none else maximum) -%}
        {%- endif -%}
    {%- elif type == 'boolean' -%}
        {%- if value is not boolean -%}{%- set problem.expected = 'true or false' -%}{%- endif -%}
    {%- elif type == 'scalar' -%}
        {%- if not mlmon.is_one_value(value) -%}{%- set problem.expected = 'one value: a text, a number or a boolean' -%}{%- endif -%}
    {%- elif type == 'moment' -%}
        {%- if mlmon.moment(value) is none -%}{%- set problem.expected = "a date or a time in UTC such as 2026-01-01 or '2026-01-01 06:00:00'" -%}{%- endif -%}
    {%- elif type == 'duration' -%}
        {%- if mlmon.duration_seconds(value) is none -%}{%- set problem.expected = "a duration such as '30 days' or '12 hours', up to a hundred years" -%}{%- endif -%}
    {%- elif type in ['open_after', 'close_after'] -%}
        {%- do mlmon.check_alert_rule(value, type, monitor, where, mistakes) -%}
    {%- elif type in ['columns', 'names'] -%}
        {%- if value is string or value is mapping or value is not sequence -%}
            {%- set problem.expected = 'a list of ' ~ ('column names' if type == 'columns' else 'names') -%}
        {%- else -%}
            {%- for item in value -%}
                {%- if item is not string or not item | trim -%}
                    {%- do mlmon.add_mistake(mistakes, monitor, where, "holds " ~ mlmon.describe_value(item) ~ "; expected a name") -%}
                {%- elif type == 'names' and ',' in item -%}
                    {%- do mlmon.add_mistake(mistakes, monitor, where, "holds '" ~ item ~ "'; a name has no comma") -%}
                {%- elif item in value[:loop.index0] -%}
                    {%- do mlmon.add_mistake(mistakes, monitor, where, "names '" ~ item ~ "' twice") -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
    {%- elif type == 'segments' -%}
        {%- if value is string or value is mapping or value is not sequence -%}
            {%- set problem.expected = "a list of columns and lists of columns, such as [channel, [region, channel]]" -%}
        {%- else -%}
            {%- set seen = [] -%}
            {%- for item in value -%}
                {%- set parts = [item] if item is string else item -%}
                {%- if parts is mapping or parts is not sequence or parts | length == 0 or parts | reject('string') | list | length -%}
                    {%- do mlmon.add_mistake(mistakes, monitor, where, "holds " ~ mlmon.describe_value(item) ~ "; expected a column or a list of columns") -%}
                {%- else -%}
                    {%- if parts | unique | list | length != parts | length -%}
                        {%- do mlmon.add_mistake(mistakes, monitor, where, "names a column twice in [" ~ parts | join(', ') ~ "]") -%}
                    {%- endif -%}
                    {%- if parts | sort | join(',') in seen -%}
                        {%- do mlmon.add_mistake(mistakes, monitor, where, "names the segment [" ~ parts | join(', ') ~ "] twice") -%}
                    {%- endif -%}
                    {%- do seen.append(parts | sort | join(',')) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
    {%- elif type == 'groups' -%}
        {%- if value is not mapping -%}{%- set problem.expected = 'a mapping from an attribute to its reference group, such as {gender: male}' -%}{%- endif -%}
        {%- for attribute, group in (value.items() if value is mapping else []) if not mlmon.is_one_value(group) -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where ~ '.' ~ attribute, "is " ~ mlmon.describe_value(group) ~ "; expected one group, as the attribute's column names it") -%}
        {%- endfor -%}
    {%- elif type == 'baseline' -%}
        {%- if value != 'reference' and value != ['reference'] -%}
            {%- set known = value is mapping or value == 'previous_version' or (value is sequence and value is not string) -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, ("is " ~ found ~ ", which this version of mlmon does not support yet" if known else "is " ~ found) ~ ". Legal: reference") -%}
        {%- endif -%}
    {%- elif type == 'thresholds' -%}
        {%- if value is not mapping -%}
            {%- set problem.expected = 'a mapping from a metric to its thresholds, such as {psi: {warn: 0.1, error: 0.25}}' -%}
        {%- else -%}
            {%- do mlmon.check_thresholds(value, monitor, where, mistakes) -%}
        {%- endif -%}
    {%- elif type == 'verdict_metrics' -%}
        {%- if value is not mapping -%}
            {%- set problem.expected = 'a mapping from a metric, a family or a KPI to its parameters, such as {recall: {warn: 0.1, error: 0.2}}' -%}
        {%- else -%}
            {%- for metric, block in value.items() -%}
                {%- if block is not mapping or not block -%}
                    {%- do mlmon.add_mistake(mistakes, monitor, where ~ '.' ~ metric, "is " ~ mlmon.describe_value(block) ~ "; expected a mapping with the keys "
                        ~ mlmon.verdict_parameters().keys() | join(', ')) -%}
                {%- else -%}
                    {%- do mlmon.check_keys(block, mlmon.verdict_parameters(), monitor, where ~ '.' ~ metric ~ '.', mistakes) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
    {%- elif type == 'kpis' -%}
        {%- if value is string or value is mapping or value is not sequence -%}
            {%- set problem.expected = 'a list of {name, numerator, denominator}' -%}
        {%- else -%}
            {%- do mlmon.check_kpis(value, monitor, where, mistakes) -%}
        {%- endif -%}
    {%- elif type == 'quiet_hours' -%}
        {%- if value is not mapping -%}
            {%- set problem.expected = "a mapping such as {from: '22:00', to: '07:00', timezone: Europe/Berlin, days: [sat, sun]}" -%}
        {%- else -%}
            {%- for mistake in mlmon.quiet_hours_mistakes(value) -%}{%- do mlmon.add_mistake(mistakes, monitor, where ~ mistake.key, mistake.message) -%}{%- endfor -%}
        {%- endif -%}
    {%- elif type == 'periods' -%}
        {%- if value is string or value is mapping or value is not sequence -%}
            {%- set problem.expected = 'a list of {start, end, reason}' -%}
        {%- else -%}
            {%- for mistake in mlmon.period_mistakes(value) -%}{%- do mlmon.add_mistake(mistakes, monitor, where ~ mistake.key, mistake.message) -%}{%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    {%- if problem.expected is not none -%}
        {%- do mlmon.add_mistake(mistakes, monitor, where, "is " ~ found ~ "; expected " ~ problem.expected) -%}
    {%- endif -%}
{% endmacro %}


{% macro check_thresholds(thresholds, monitor, where, mistakes) %}
    {%- for metric, rule in thresholds.items() -%}
        {%- set key = where ~ '.' ~ metric -%}
        {%- if rule is sameas false -%}
            {#- switches the metric's check off -#}
        {%- elif rule is not mapping or not rule -%}
            {%- do mlmon.add_mistake(mistakes, monitor, key, "is " ~ mlmon.describe_value(rule)
                ~ "; expected {warn: …, error: …}, each a number, {above: number} or {below: number}; or false to switch the check off") -%}
        {%- else -%}
            {%- for level, bound in rule.items() -%}
                {%- if level not in ['warn', 'error'] -%}
                    {%- do mlmon.add_mistake(mistakes, monitor, key ~ '.' ~ level, "is an unknown key" ~ mlmon.suggestion(level, ['warn', 'error'])) -%}
                {%- elif bound is mapping -%}
                    {%- if 'above' not in bound and 'below' not in bound -%}
                        {%- do mlmon.add_mistake(mistakes, monitor, key ~ '.' ~ level, "has neither direction; say 'above', 'below' or both") -%}
                    {%- endif -%}
                    {%- for side, number in bound.items() -%}
                        {%- if side not in ['above', 'below'] -%}
                            {%- do mlmon.add_mistake(mistakes, monitor, key ~ '.' ~ level ~ '.' ~ side, "is an unknown key" ~ mlmon.suggestion(side, ['above', 'below'])) -%}
                        {%- elif not mlmon.is_finite(number) -%}
                            {%- do mlmon.add_mistake(mistakes, monitor, key ~ '.' ~ level ~ '.' ~ side, "is " ~ mlmon.describe_value(number) ~ "; expected a number") -%}
                        {%- endif -%}
                    {%- endfor -%}
                    {%- if mlmon.is_finite(bound.get('above')) and mlmon.is_finite(bound.get('below')) and bound.above < bound.below -%}
                        {%- do mlmon.add_mistake(mistakes, monitor, key ~ '.' ~ level, "is above " ~ bound.above ~ " and below " ~ bound.below ~ ": every value would breach it") -%}
                    {%- endif -%}
                {%- elif not mlmon.is_finite(bound) -%}
                    {%- do mlmon.add_mistake(mistakes, monitor, key ~ '.' ~ level, "is " ~ mlmon.describe_value(bound) ~ "; expected a number, {above: number} or {below: number}") -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}


{% macro check_kpis(kpis, monitor, where, mistakes) %}
    {%- set legal = ['name', 'numerator', 'denominator', 'better'] -%}
    {%- set names = [] -%}
    {%- for kpi in kpis -%}
        {%- if kpi is not mapping -%}
            {%- do mlmon.add_mistake(mistakes, monitor, where, "holds " ~ mlmon.describe_value(kpi) ~ "; expected {name, numerator, denominator}") -%}
        {%- else -%}
            {%- set label = where ~ '[' ~ (kpi.name[:60] if kpi.get('name') is string and kpi.name | trim else loop.index0) ~ ']' -%}
            {%- for key in kpi if key not in legal -%}
                {%- do mlmon.add_mistake(mistakes, monitor, label ~ '.' ~ key, "is an unknown key" ~ mlmon.suggestion(key, legal)) -%}
            {%- endfor -%}
            {%- for key in ['name', 'numerator', 'denominator'] -%}
                {%- if kpi.get(key) is not string or not kpi[key] | trim -%}
                    {%- do mlmon.add_mistake(mistakes, monitor, label ~ '.' ~ key, "is " ~ mlmon.describe_value(kpi.get(key)) ~ "; expected a text") -%}
                {%- elif key != 'name' -%}
                    {%- set problem = mlmon.kpi_problem(kpi[key]) -%}
                    {%- if problem is not none -%}
                        {%- do mlmon.add_mistake(mistakes, monitor, label ~ '.' ~ key, "is '" ~ kpi[key][:60] ~ "', which " ~ problem
                            ~ "; expected a sum or a count, as it is added up over segments and versions. Legal: sum(…) and count(…) of rows of p and l, added, subtracted, and multiplied or divided by numbers, such as sum(l.revenue) / 100") -%}
                    {%- endif -%}
                {%- endif -%}
            {%- endfor -%}
            {%- if kpi.get('better', 'higher') not in ['higher', 'lower'] -%}
                {%- do mlmon.add_mistake(mistakes, monitor, label ~ '.better', "is " ~ mlmon.describe_value(kpi.better) ~ mlmon.suggestion(kpi.better, ['higher', 'lower'])) -%}
            {%- endif -%}
            {%- if kpi.get('name') in names -%}
                {%- do mlmon.add_mistake(mistakes, monitor, where, "names the KPI '" ~ kpi.name ~ "' twice") -%}
            {%- elif kpi.get('name') == 'business_value' -%}
                {%- do mlmon.add_mistake(mistakes, monitor, label ~ '.name', "is 'business_value', the name that mlmon gives to what `value` yields; choose another") -%}
            {%- endif -%}
            {%- do names.append(kpi.get('name')) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}


{#- What is legal key by key but makes no sense together. -#}
{% macro check_meaning(spec, monitor, mistakes) %}
    {%- set reference = spec.get('reference') -%}
    {%- if reference is mapping -%}
        {%- if reference.get('relation') and (reference.get('start') or reference.get('end')) -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'reference', "names both a period and a relation; say one of them") -%}
        {%- elif not reference.get('relation') -%}
            {%- for key in ['start', 'end'] if not reference.get(key) -%}
                {%- do mlmon.add_mistake(mistakes, monitor, 'reference.' ~ key, "is missing; a reference is a period [start, end) of the log, or a relation") -%}
            {%- endfor -%}
            {%- if reference.get('start') and reference.get('end') and mlmon.moment(reference.start) >= mlmon.moment(reference.end) -%}
                {%- do mlmon.add_mistake(mistakes, monitor, 'reference.start', "is " ~ mlmon.moment(reference.start) ~ ", which is not before reference.end, "
                    ~ mlmon.moment(reference.end) ~ "; the period is [start, end)") -%}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
    {%- set features = spec.get('features') or {} -%}
    {%- for name in features.get('numeric') or [] if name in (features.get('categorical') or []) -%}
        {%- do mlmon.add_mistake(mistakes, monitor, 'features', "names '" ~ name ~ "' as numeric and as categorical; say one of them") -%}
    {%- endfor -%}
    {%- set kpi_names = [] -%}
    {%- for kpi in spec.get('kpis') or [] -%}{%- do kpi_names.append(kpi.name) -%}{%- endfor -%}
    {%- if spec.get('value') -%}{%- do kpi_names.append('business_value') -%}{%- endif -%}
    {%- set legal = mlmon.threshold_names(kpi_names) -%}
    {%- for metric in spec.get('thresholds') or {} if metric not in legal -%}
        {%- do mlmon.add_mistake(mistakes, monitor, 'thresholds.' ~ metric, "is no metric of mlmon and no KPI of this monitor" ~ mlmon.suggestion(metric, legal)) -%}
    {%- endfor -%}
    {%- set lower_kpis = [] -%}
    {%- for kpi in spec.get('kpis') or [] if kpi.get('better') == 'lower' -%}{%- do lower_kpis.append(kpi.name) -%}{%- endfor -%}
    {%- for metric, rule in (spec.get('thresholds') or {}).items() if rule is mapping and rule.get('warn') is not none and rule.get('error') is not none -%}
        {%- set is_kpi = metric in kpi_names -%}
        {%- set plain = 'below' if (metric not in lower_kpis if is_kpi else metric.split('.')[-1] in mlmon.metrics_bounded_below()) else 'above' -%}
        {%- set warn = rule.warn if rule.warn is mapping else {plain: rule.warn} -%}
        {%- set error = rule.error if rule.error is mapping else {plain: rule.error} -%}
        {%- for side in ['above', 'below'] if side in warn and side in error
                and ((side == 'above' and warn[side] > error[side]) or (side == 'below' and warn[side] < error[side])) -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'thresholds.' ~ metric, "warns " ~ side ~ " " ~ warn[side] ~ " and is an error " ~ side ~ " " ~ error[side]
                ~ ": what is an error would never have been a warning. Exchange the two" ~ ("; a plain number is a " ~ ('least' if plain == 'below' else 'greatest')
                ~ " value of this metric" if rule.warn is not mapping else '')) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set metrics = (spec.get('verdicts') or {}).get('metrics') or {} -%}
    {%- set judged = mlmon.verdict_names(kpi_names) -%}
    {%- for metric, parameters in metrics.items() -%}
        {%- if metric not in judged -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'verdicts.metrics.' ~ metric, "is no metric that has a default verdict, no family and no KPI of this monitor"
                ~ mlmon.suggestion(metric, judged)) -%}
        {%- elif parameters.get('warn') is number and parameters.get('error') is number -%}
            {#- the two bounds of a ratio lie below 1, the graver one lower; all others are sizes of a change -#}
            {%- set is_bound = metric == 'fairness' or metric.endswith('_ratio') -%}
            {%- if (is_bound and parameters.error > parameters.warn) or (not is_bound and parameters.error < parameters.warn) -%}
                {%- do mlmon.add_mistake(mistakes, monitor, 'verdicts.metrics.' ~ metric ~ '.error', "is " ~ parameters.error ~ ", which is "
                    ~ ('above' if is_bound else 'below') ~ " warn, " ~ parameters.warn ~ "; an error is the graver of the two") -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do mlmon.check_alert_subjects(spec, monitor, kpi_names, mistakes) -%}
    {%- set fairness = spec.get('fairness') or {} -%}
    {%- for attribute in (fairness.get('reference_group') or {}) if attribute not in (fairness.get('attributes') or []) -%}
        {%- do mlmon.add_mistake(mistakes, monitor, 'fairness.reference_group.' ~ attribute, "is not one of fairness.attributes"
            ~ mlmon.suggestion(attribute, fairness.get('attributes') or [])) -%}
    {%- endfor -%}
    {%- for key in ['kpis', 'value'] if spec.get(key) and not spec.get('labels') -%}
        {%- set needing = namespace(labels=key == 'value') -%}
        {%- for kpi in (spec.kpis if key == 'kpis' else []) if mlmon.kpi_needs_labels(kpi) -%}{%- set needing.labels = true -%}{%- endfor -%}
        {%- if needing.labels -%}
            {%- do mlmon.add_mistake(mistakes, monitor, key, "needs labels, and this monitor has none; add `labels` or leave it out") -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}


{#- Relations and columns that are not in the warehouse, or are of a type that cannot serve. -#}
{% macro check_columns(spec, monitor, mistakes) %}
    {%- set relations = {} -%}
    {%- for part in ['predictions', 'labels', 'reference'] if spec.get(part) is mapping and mlmon.relation_parts(spec[part].get('relation')) is not none -%}
        {%- set name = mlmon.relation_text(spec[part].relation) -%}
        {%- set node = mlmon.log_node(spec[part].relation) -%}
        {%- if node is none -%}
            {%- do mlmon.add_mistake(mistakes, monitor, part ~ '.relation', "is '" ~ name ~ "', which is no model, seed, snapshot or source of this project, or is disabled"
                ~ mlmon.suggestion(name, mlmon.relation_names())) -%}
        {%- elif mlmon.is_ephemeral(node) -%}
            {%- do mlmon.add_mistake(mistakes, monitor, part ~ '.relation', "is '" ~ name ~ "', an ephemeral model, which is no table or view of the warehouse; "
                ~ "give it another materialization") -%}
        {%- else -%}
            {%- set relation = mlmon.log_relation(spec[part].relation) -%}
            {%- if relation is none -%}
                {%- do mlmon.add_mistake(mistakes, monitor, part ~ '.relation', "is '" ~ name ~ "', which is not in the warehouse (looked for "
                    ~ (node.get('relation_name') or node.name) ~ "); build it first, or run with --upstream") -%}
            {%- else -%}
                {%- do relations.update({part: mlmon.log_columns(relation)}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for use in mlmon.column_uses(spec) if use.log in relations -%}
        {%- set columns = relations[use.log] -%}
        {%- if use.column | lower not in columns -%}
            {%- do mlmon.add_mistake(mistakes, monitor, use.key, "is '" ~ use.column ~ "', which is not a column of " ~ mlmon.relation_text(spec[use.log].relation)
                ~ mlmon.suggestion(use.column, columns.values() | map(attribute='name') | list)) -%}
        {%- else -%}
            {%- set column = columns[use.column | lower] -%}
            {%- set legal = {'numeric': ['numeric', 'boolean'], 'timestamp': ['timestamp', 'timestamptz', 'date']}.get(use.kind,
                ['numeric', 'text', 'boolean', 'timestamp', 'timestamptz', 'date']) -%}
            {%- if column.kind not in legal and use.kind != 'any' -%}
                {%- do mlmon.add_mistake(mistakes, monitor, use.key, "is '" ~ use.column ~ "', a column of type " ~ column.type ~ " in " ~ mlmon.relation_text(spec[use.log].relation)
                    ~ "; expected " ~ {'numeric': 'a numeric or boolean type', 'timestamp': 'a date or timestamp type'}.get(use.kind, 'a number, text, boolean, date or timestamp')
                    ~ ". Cast it in a model, and name that model here") -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if 'reference' in relations -%}
        {%- for use in mlmon.column_uses(spec) if use.log == 'predictions' and use.in_reference and use.kind == 'numeric' and use.column | lower in relations['reference']
                and relations['reference'][use.column | lower].kind not in ['numeric', 'boolean'] -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'reference.relation', "has '" ~ use.column ~ "' (" ~ use.key ~ ") as a column of type "
                ~ relations['reference'][use.column | lower].type ~ "; expected a numeric or boolean type. Cast it in a model, and name that model here") -%}
        {%- endfor -%}
        {%- for use in mlmon.column_uses(spec) if use.log == 'predictions' and use.in_reference and use.column | lower not in relations['reference'] -%}
            {%- do mlmon.add_mistake(mistakes, monitor, 'reference.relation', "has no column '" ~ use.column ~ "' (" ~ use.key ~ "); a reference relation has the same columns as the log"
                ~ mlmon.suggestion(use.column, relations['reference'].values() | map(attribute='name') | list)) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}


{#- Where a block names columns -> list of {log, key, column, kind, in_reference}. Skips what is not a name. -#}
{% macro column_uses(spec) %}
    {%- set uses = [] -%}
    {%- set schema = mlmon.config_schema() -%}
    {%- for part in ['predictions', 'labels', 'features', 'fairness'] if spec.get(part) is mapping -%}
        {%- for key, rule in schema[part]['keys'].items() if spec[part].get(key) is not none -%}
            {%- set value = spec[part][key] -%}
            {%- set names = [value] if rule.type == 'column' and value is string
                else (value if rule.type == 'columns' and value is sequence and value is not string and value is not mapping else []) -%}
            {%- for name in names if name is string -%}
                {%- do uses.append({'log': rule.log, 'key': part ~ '.' ~ key, 'column': name, 'kind': rule.get('kind'),
                    'in_reference': part in ['features', 'fairness'] or (part == 'predictions' and key in ['score', 'prediction', 'latency_ms'])}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set segments = spec.get('segments') -%}
    {%- if segments is sequence and segments is not string and segments is not mapping -%}
        {%- for segment in segments -%}
            {%- for name in ([segment] if segment is string else (segment if segment is sequence and segment is not mapping else [])) if name is string -%}
                {%- do uses.append({'log': 'predictions', 'key': 'segments', 'column': name, 'kind': none, 'in_reference': true}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for kpi in (spec.get('kpis') if spec.get('kpis') is iterable else []) if kpi is mapping -%}
        {%- for key in ['numerator', 'denominator'] if kpi.get(key) is string -%}
            {%- for log, name in mlmon.kpi_columns(kpi[key]) -%}
                {%- do uses.append({'log': log, 'key': 'kpis[' ~ kpi.get('name') ~ '].' ~ key, 'column': name, 'kind': 'any', 'in_reference': false}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(uses) }}
{% endmacro %}
