{#- What a monitor block may hold, and the only place that says so: validation, defaults, messages, the tables of docs/configuration.md and the JSON Schema for
    editors derive from it.

    Each key has a rule. `type`: a kind of single value (see `is_legal`), a `list` of what `of` says, a `mapping` with these `keys`, or one with any names and values as
    `of` says. `also`: another form of the same key, a list or a mapping. `minimum`, `above`, `maximum`, `values`, `non_empty`, `unique`: what is legal; `expected`: how a
    message says so, where its own words would not do. `later`: known, and not supported yet. `required`; `required_by`: the tasks that it is required by; `whole`: a mapping that no default is merged into.
    `default`; `absent`: in words, what holds without one; `optional`: a block whose defaults hold only where it is written. `meaning`: for the docs and for editors.
    `check`: what is below it is looked at together (see `check_together`). A column: the `log` that has it, the `kind` of its type.
    `in_reference`: what the bins of the reference depend on. `implied`: the value that holds where there is none, which is as good as none.
    `shown_in`: the column of mlmon_checks that shows it. -#}
{% macro config_schema() %}
    {%- set tasks, scores, scored = mlmon.tasks(), {}, [] -%}
    {%- for name, task in tasks.items() -%}
        {%- do scores.update({name: task.score['is']}) -%}
        {%- if not task.score.is_optional -%}{%- do scored.append(name) -%}{%- endif -%}
    {%- endfor -%}
    {%- set number = {'type': 'number'} -%}
    {%- set count = {'type': 'integer', 'minimum': 1} -%}
    {%- set windows = {'type': 'integer', 'minimum': 0, 'maximum': 1000} -%}
    {%- set n_of_m = {'type': 'n_of_m'} -%}
    {%- set closing = {'type': 'integer', 'minimum': 1, 'maximum': 1000} -%}
    {%- set feature = {'type': 'column', 'log': 'predictions', 'in_reference': true} -%}
    {%- set names = {'type': 'list', 'of': {'type': 'name'}, 'unique': true} -%}
    {%- set bound = {'type': 'number', 'also': {'type': 'mapping', 'keys': {'above': number, 'below': number}, 'check': 'sides', 'expected': '{above: number}, {below: number} or both'}} -%}
    {%- set threshold = {'type': 'mapping', 'non_empty': true, 'keys': {'warn': bound, 'error': bound}, 'also': {'type': 'off', 'expected': 'false to switch the check off'},
        'expected': '{warn: …, error: …}, each a number, {above: number} or {below: number}'} -%}
    {%- set relation = {'type': 'relation', 'required': true, 'also': {'type': 'mapping', 'whole': true, 'expected': '{name, version, package}', 'keys': {
        'name': {'type': 'text', 'required': true}, 'version': {'type': 'scalar'}, 'package': {'type': 'text'}}}} -%}
    {%- set moving, named = {}, [] -%}
    {%- for kind, baseline in mlmon.baseline_kinds().items() -%}
        {%- if baseline.setting -%}{%- do moving.update({kind: baseline.setting}) -%}{%- else -%}{%- do named.append(kind) -%}{%- endif -%}
    {%- endfor -%}
    {%- set one_baseline = {'type': 'mapping', 'non_empty': true, 'keys': moving, 'check': 'one_baseline', 'expected': '{rolling: 28} or {seasonal: {period: 7 days, count: 4}}'} -%}
    {%- set one_name = {'type': 'enum', 'values': named} -%}
    {{ return({
        'task': {'type': 'enum', 'values': tasks.keys() | list, 'required': true, 'meaning': 'What the model predicts.'},
        'predictions': {'type': 'mapping', 'required': true, 'meaning': 'The prediction log, with one row per prediction.', 'keys': dict(dict({
            'relation': dict(relation, meaning='a model, seed or snapshot of the project, resolved as `ref()` does, or a source; see [below](#which-table-is-read)'),
            'id': {'type': 'column', 'log': 'predictions', 'required': true, 'meaning': 'joins labels to predictions. If an id repeats, the row loaded last counts'},
            'timestamp': {'type': 'column', 'log': 'predictions', 'required': true, 'kind': 'timestamp',
                'meaning': 'when the prediction was made. Types with a time zone are converted to UTC, others are read as UTC'},
            'score': dict(feature, kind='numeric', required_by=scored, meaning=mlmon.by_task_in_words(scores))
        }, **mlmon.task_keys('predictions')), **{
            'version': {'type': 'column', 'log': 'predictions', 'meaning': 'the model version; every table then has rows for each version in addition to `all`'},
            'latency_ms': dict(feature, kind='numeric', meaning='milliseconds'),
            'loaded_at': {'type': 'column', 'log': 'predictions', 'kind': 'timestamp',
                'meaning': 'when the row reached the warehouse. With it, a run reads only what arrived since the last run'},
            'lookback': dict(count, default=3, meaning='without `loaded_at`: number of windows that each run reads again, counting back from the newest window not ahead of the clock, '
                ~ 'which is included; later windows are always read')
        })},
        'labels': {'type': 'mapping', 'optional': true, 'meaning': 'The labels. Without them, there is drift, operations, and the selection rate, but no performance.', 'keys': dict(dict({
            'relation': dict(relation, meaning='as above'),
            'id': {'type': 'column', 'log': 'labels', 'required': true, 'meaning': 'the id of the prediction. If the two ids differ in type, they are compared as text'},
            'label': {'type': 'column', 'log': 'labels', 'required': true, 'meaning': 'the outcome; a number for `task: regression`, and for `task: ranking` how relevant the item was, 0 or more'},
            'timestamp': {'type': 'column', 'log': 'labels', 'required': true, 'kind': 'timestamp', 'meaning': 'when the outcome was known. The latest label of an id counts'}
        }, **mlmon.task_keys('labels')), **{
            'loaded_at': {'type': 'column', 'log': 'labels', 'kind': 'timestamp', 'meaning': 'as above'},
            'maturity': {'type': 'duration', 'default': '0 days', 'meaning': "how long after a window's end its labels count as complete"},
            'lookback': dict(count, default=3, meaning='as above')
        })},
        'features': {'type': 'mapping', 'meaning': 'The columns that the model was given.', 'keys': {
            'numeric': {'type': 'list', 'of': dict(feature, kind='numeric'), 'unique': true, 'default': [], 'meaning': 'numbers or booleans'},
            'categorical': {'type': 'list', 'of': feature, 'unique': true, 'default': [], 'meaning': 'anything that can be read as text'},
            'pairs': {'type': 'enum', 'values': ['all'], 'absent': 'none', 'meaning': 'pairs of numeric features whose sums are kept for their correlation; `all` for every pair',
                'expected': 'all, or a list of pairs of numeric features, such as [[age, balance]]',
                'also': {'type': 'list', 'of': {'type': 'list', 'of': {'type': 'text'}, 'expected': 'a pair of numeric features, such as [age, balance]'}}}
        }},
        'segments': {'type': 'list', 'unique': true, 'default': [], 'expected': 'a list of columns and lists of columns, such as [channel, [region, channel]]', 'of': dict(feature, also={'type': 'list', 'of': feature, 'unique': true, 'non_empty': true}),
            'meaning': 'What is monitored on its own beside the whole.'},
        'fairness': {'type': 'mapping', 'optional': true, 'meaning': 'Groups that are compared with each other.', 'keys': {
            'attributes': {'type': 'list', 'of': feature, 'unique': true, 'required': true, 'meaning': 'each value of each attribute is a group'},
            'min_group_size': dict(count, default=30, meaning='smaller groups are suppressed'),
            'reference_group': {'type': 'mapping', 'of': {'type': 'scalar', 'expected': "one group, as the attribute's column names it"}, 'default': {},
                'expected': 'a mapping from an attribute to a group, such as {gender: male}', 'absent': 'the largest group of the reference',
                'meaning': 'the group that the others are compared with, by attribute'}
        }},
        'window': {'type': 'enum', 'values': ['hour', 'day', 'week', 'month'], 'default': 'day', 'meaning': 'How long a window is; weeks start on Monday, in UTC.'},
        'reference': {'type': 'mapping', 'required': true, 'meaning': 'The baseline: a period of the prediction log, [start, end), or a relation with the same columns.', 'keys': {
            'start': {'type': 'moment', 'meaning': 'included'},
            'end': {'type': 'moment', 'meaning': 'not included'},
            'relation': dict(relation, required=false, meaning='another table, in place of a period'),
            'exclude': {'type': 'list', 'default': [], 'expected': 'a list of {start, end, why}', 'meaning': 'periods (UTC) that are not normal: no row of them is in the reference, and no '
                ~ 'window that they touch is a member of a baseline', 'of': {'type': 'mapping', 'whole': true, 'check': 'period', 'expected': '{start, end, why}', 'keys': {
                    'start': {'type': 'moment', 'required': true}, 'end': {'type': 'moment', 'required': true}, 'why': {'type': 'string'}
                }}}
        }},
        'baseline': dict(one_name, default='reference', meaning='What windows are compared with; of a list, each is judged. See [Baselines](baselines.md).',
            also=dict(one_baseline, also={'type': 'list', 'of': dict(one_name, also=one_baseline), 'unique': true, 'non_empty': true, 'expected': 'a list of these, each once'})),
        'holidays': dict(relation, required=false, absent='none', meaning='Days (UTC) that are compared with each other alone, and are no members of the baselines of other days. See [Baselines](baselines.md).',
            also=dict(relation.also, also={
                'type': 'list', 'check': 'holidays', 'of': {'type': 'date', 'also': {'type': 'mapping', 'whole': true, 'expected': '{date, name}', 'keys': {
                    'date': {'type': 'date', 'required': true}, 'name': {'type': 'string'}}}}, 'expected': 'a list of dates, such as [2026-12-25, {date: 2027-01-01, name: New Year}]'})),
        'kpis': {'type': 'list', 'default': [], 'check': 'kpis', 'expected': 'a list of {name, numerator, denominator}', 'meaning': 'Business numbers as ratios of sums.',
            'of': {'type': 'mapping', 'whole': true, 'expected': '{name, numerator, denominator}', 'keys': {
                'name': {'type': 'text', 'required': true, 'meaning': 'any but `business_value`'},
                'numerator': {'type': 'sum', 'required': true},
                'denominator': {'type': 'sum', 'required': true},
                'better': {'type': 'enum', 'values': ['higher', 'lower'], 'absent': 'higher', 'meaning': 'the good direction'}
            }}},
        'value': {'type': 'mapping', 'meaning': 'What each outcome is worth; what is not named is worth 0.', 'keys': mlmon.task_keys('value')},
        'thresholds': {'type': 'mapping', 'default': {}, 'expected': 'a mapping from a metric to its thresholds, such as {psi: {warn: 0.1, error: 0.25}}',
            'meaning': 'Your own threshold for a metric, in place of the default verdict.',
            'of': dict(threshold, keys=dict(threshold['keys'], of={'type': 'mapping', 'non_empty': true, 'of': threshold,
                'expected': 'a mapping from a subject (a column, a group such as gender=female, a KPI) to its own threshold, such as {price: {warn: 0.3}}',
                'meaning': 'thresholds of single subjects, each in place of what judges the metric'}))},
        'verdicts': {'type': 'mapping', 'meaning': 'Parameters of the default verdicts.', 'keys': {
            'alpha': {'type': 'number', 'above': 0, 'maximum': 0.5, 'default': 0.01, 'shown_in': 'alpha', 'meaning': 'significance level after correction for all tests of a window'},
            'pooled_windows': {'type': 'integer', 'minimum': 2, 'maximum': 90, 'default': 7, 'shown_in': 'span_windows',
                'meaning': 'trailing windows that the pooled drift metrics combine'},
            'dispersion': {'type': 'boolean', 'default': true, 'shown_in': 'dispersion', 'meaning': 'correct for reference windows that differ from each other by more than chance'},
            'min_reference_windows': {'type': 'integer', 'minimum': 3, 'maximum': 1000, 'default': 8, 'shown_in': 'baseline_windows',
                'meaning': 'reference windows needed to estimate the spread between them'},
            'seasonal_weeks': {'type': 'integer', 'minimum': 4, 'maximum': 1000, 'default': 8, 'shown_in': 'baseline_phase', 'meaning': 'whole weeks of reference needed to compare a window '
                ~ 'with the same day of the week (hourly windows: hour of the week). A large number switches this off'},
            'metrics': {'type': 'mapping', 'default': {}, 'meaning': 'parameters of one metric, family, or KPI', 'shown_in': '',
                'expected': 'a mapping from a metric, a family or a KPI to its parameters, such as {recall: {warn: 0.1, error: 0.2}}',
                'of': {'type': 'mapping', 'non_empty': true, 'keys': {
                    'warn': {'type': 'number', 'minimum': 0, 'absent': "the [catalog's](verdicts.md#the-default-verdicts)", 'shown_in': 'min_effect, warn_threshold',
                        'meaning': 'the effect at which a significant change warns'},
                    'error': {'type': 'number', 'minimum': 0, 'absent': "the catalog's", 'shown_in': 'min_effect_error, error_threshold',
                        'meaning': 'the effect at which it is an error; never less than `warn`'},
                    'alpha': {'type': 'number', 'above': 0, 'maximum': 0.5, 'absent': 'that of the monitor', 'shown_in': 'alpha', 'meaning': 'as above, for this metric'},
                    'min_rows': dict(count, absent='`alerts.min_rows`', shown_in='min_rows', meaning='below this number of rows, it is not judged')
                }}}
        }},
        'alerts': {'type': 'mapping', 'meaning': 'Who is told, and when an incident opens and closes.', 'keys': dict({
            'owner': {'type': 'text', 'absent': 'the owner of the log\'s dbt group', 'meaning': 'who is responsible; shown in messages and tables'},
            'runbook': {'type': 'text', 'absent': 'the shipped page of the family', 'meaning': 'an address'},
            'open_after': dict(n_of_m, default='2 of 3', meaning='n of m windows must breach before an incident opens; data faults at severity error: 1 of 1', also={
                'type': 'mapping', 'of': n_of_m, 'non_empty': true,
                'expected': 'a mapping from a family, metric or subject to that, such as {default: 2 of 3, null_rate: 1 of 1}'}),
            'close_after': dict(closing, default=2, meaning='clean windows before it closes', also={
                'type': 'mapping', 'of': closing, 'non_empty': true, 'expected': 'a mapping from a family, metric or subject to that, such as {default: 2, drift: 3}'}),
            'reopen_within': dict(windows, default=14, meaning='a series that breaks again within this many judged windows reopens the same incident'),
            'on_error': dict(names, default=[], meaning='actions to take at severity error; described in `mlmon.yml`, which may also say how to start them'),
            'tags': dict(names, absent='none', meaning='labels that routes in `mlmon.yml` select by'),
            'by_version': {'type': 'boolean', 'default': false, 'meaning': 'judge each model version as well'},
            'min_rows': dict(count, default=30, meaning='a number based on fewer rows gets no default verdict; `verdicts.metrics` may override it for one metric'),
            'group_within': dict(windows, default=3, meaning='incidents that begin within this many windows of each other form one group'),
            'change_within': {'type': 'duration', 'default': '3 days', 'meaning': 'an incident that begins this soon after a known change is linked to it'},
            'escalate_after': dict(count, absent='never', meaning='number of breaches after which a warning becomes an error'),
            'cool_down': dict(windows, default=0, meaning='an incident that returns within this many windows of closing is not posted until they have passed'),
            'remind_every': dict(count, absent='never', meaning='windows after which an open group that nobody has acknowledged is posted again'),
            'max_notices_per_week': {'type': 'integer', 'minimum': 0, 'absent': 'no limit', 'meaning': 'messages per week (from Monday, UTC) and channel; the rest goes out as one digest '
                ~ 'at the start of the next week. Errors that open or escalate always go out'},
            'quiet_hours': {'type': 'mapping', 'check': 'quiet_hours', 'absent': 'none', 'meaning': 'times of day, and whole days, when only errors are posted',
                'expected': "a mapping such as {from: '22:00', to: '07:00', timezone: Europe/Berlin, days: [sat, sun]}", 'keys': {
                'from': {'type': 'time'}, 'to': {'type': 'time'}, 'timezone': {'type': 'timezone'},
                'days': {'type': 'list', 'of': {'type': 'enum', 'values': ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']}}
            }},
            'maintenance': {'type': 'list', 'default': [], 'expected': 'a list of {start, end, reason}', 'meaning': 'periods (UTC) whose windows neither open nor close incidents',
                'of': {'type': 'mapping', 'whole': true, 'check': 'period', 'expected': '{start, end, reason}', 'keys': {
                    'start': {'type': 'moment', 'required': true}, 'end': {'type': 'moment', 'required': true}, 'reason': {'type': 'string'}
                }}},
            'review_size': dict(count, default=20, meaning='predictions per window for `mlmon_review_queue`, if `on_error` names `review`')
        }, **mlmon.task_keys('alerts'))}
    }) }}
{% endmacro %}
