{#- The configured monitors, each resolved: its own keys, over `mlmon_defaults`, over the built-in defaults -> list of specs.
    The one place that reads the configuration for a model. Asked only after it was found right. `among`: a list or mapping of the names
    wanted. Each is resolved once an invocation; what is returned are copies, to which keys may be added. -#}
{% macro monitors(among=none) %}
    {%- set specs = [] -%}
    {%- if execute and among != [] -%}
        {%- set known = mlmon.kept_for_invocation('monitors') -%}
        {%- for name, block in var('mlmon_monitors', {}).items() if among is none or name | string in among -%}
            {%- if name | string not in known -%}{%- do known.update({name | string: mlmon.resolve_monitor(name | string, block, mlmon.once('config_schema'))}) -%}{%- endif -%}
            {%- do specs.append(dict(known[name | string])) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(specs) }}
{% endmacro %}


{#- The names of the monitors that this run reads logs for: those of `mlmon_only` where it is given, less those whose logs are broken. -#}
{% macro active_names() %}
    {%- set names = [] -%}
    {%- if execute -%}
        {%- set only = mlmon.run_option('mlmon_only', []) -%}
        {%- set broken = run_query("select monitor from " ~ ref('mlmon_monitors') ~ " where data_problem is not null").columns[0].values() -%}
        {%- for name in var('mlmon_monitors', {}) if name | string not in broken and (not only or name | string in only) -%}
            {%- do names.append(name | string) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names) }}
{% endmacro %}


{#- These monitors with their columns bound, which asks the warehouse for each log's columns: `among` as in `monitors`. -#}
{% macro active_monitors(among=none) %}
    {%- set wanted = [] -%}
    {%- for name in mlmon.active_names() if among is none or name in among -%}{%- do wanted.append(name) -%}{%- endfor -%}
    {%- set active = [] -%}
    {%- for spec in mlmon.monitors(wanted) -%}{%- do active.append(mlmon.bind_columns(spec)) -%}{%- endfor -%}
    {{ return(active) }}
{% endmacro %}


{#- One of them. `schema`: config_schema, where it is at hand; it takes longer to make than a monitor to resolve. -#}
{% macro resolve_monitor(name, block, schema=none) %}
    {%- set schema = schema or mlmon.config_schema() -%}
    {%- set built_in = mlmon.built_in_defaults(schema) -%}
    {%- set spec = mlmon.deep_merge(mlmon.deep_merge(built_in, var('mlmon_defaults', {}) or {}), block) -%}
    {%- for key, defaults in mlmon.built_in_defaults(schema, optional=true).items() -%}
        {%- do spec.update({key: mlmon.deep_merge(defaults, spec[key]) if spec.get(key) else none}) -%}
    {%- endfor -%}
    {%- set segments = [] -%}
    {%- for segment in spec.segments -%}
        {%- do segments.append([segment] if segment is string else segment | list) -%}
    {%- endfor -%}
    {%- set attributes = spec.fairness.attributes | list if spec.fairness else [] -%}
    {%- set outcome_segments = [[]] + segments -%}
    {%- for attribute in attributes -%}
        {%- for segment in [[]] + segments if attribute not in segment and segment + [attribute] not in outcome_segments -%}
            {%- do outcome_segments.append(segment + [attribute]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set reference_segments = [[]] + segments -%}
    {%- for attribute in attributes if [attribute] not in reference_segments -%}{%- do reference_segments.append([attribute]) -%}{%- endfor -%}
    {%- set reference = {'relation': spec.reference.get('relation'),
        'start': mlmon.moment(spec.reference.get('start')) if spec.reference.get('start') else none,
        'end': mlmon.moment(spec.reference.get('end')) if spec.reference.get('end') else none} -%}
    {%- set excluded = mlmon.excluded_periods(spec.reference) -%}
    {%- do reference.update({'ranges': mlmon.without_ranges(reference.start, reference.end, excluded) if reference.start else []}) -%}
    {%- set open_after = mlmon.n_of_m(mlmon.default_alert_rule(spec.alerts.open_after, built_in.alerts.open_after)) -%}
    {%- set numeric = spec.features.get('numeric') or [] -%}
    {%- set categorical = spec.features.get('categorical') or [] -%}
    {%- set baselines = mlmon.baseline_spans(spec.baseline, spec.window) -%}
    {%- set hashes = mlmon.config_hashes(spec, segments, attributes, reference, excluded, schema) -%}
    {%- set labels = spec.labels -%}
    {%- set maturity = mlmon.duration_seconds(labels.maturity) if labels else none -%}
    {%- set seconds = {'hour': 3600, 'day': 86400, 'week': 604800, 'month': 2419200}[spec.window] -%}
    {{ return({
        'name': name, 'task': spec.task, 'window': spec.window,
        'predictions': spec.predictions, 'labels': labels,
        'numeric': numeric, 'categorical': categorical, 'pairs': mlmon.feature_pairs(spec.features.get('pairs'), numeric),
        'segments': segments, 'attributes': attributes, 'outcome_segments': outcome_segments,
        'profile_segments': [[]] + segments, 'reference_segments': reference_segments,
        'reference': reference, 'excluded': excluded, 'baselines': baselines, 'holidays': spec.get('holidays'), 'kpis': spec.kpis, 'value': spec.get('value'), 'thresholds': spec.thresholds,
        'owner': spec.alerts.get('owner') or mlmon.group_owner(spec.predictions.relation), 'runbook': spec.alerts.get('runbook'), 'on_error': spec.alerts.on_error, 'tags': spec.alerts.get('tags') or [],
        'review_size': spec.alerts.review_size, 'review_margin': spec.alerts.review_margin,
        'open_n': open_after[0], 'open_m': open_after[1], 'close_after': mlmon.default_alert_rule(spec.alerts.close_after, built_in.alerts.close_after),
        'open_after': spec.alerts.open_after, 'close_windows': spec.alerts.close_after, 'reopen_within': spec.alerts.reopen_within,
        'by_version': spec.alerts.by_version, 'min_rows': spec.alerts.min_rows, 'verdicts': spec.verdicts,
        'alpha': spec.verdicts.alpha, 'pooled_windows': spec.verdicts.pooled_windows, 'windows_before': mlmon.windows_before(baselines, spec.verdicts.pooled_windows),
        'baseline_reach': baselines.values() | map(attribute='reach') | max, 'seasonal_weeks': spec.verdicts.seasonal_weeks,
        'min_reference_windows': spec.verdicts.min_reference_windows,
        'dispersion_windows': spec.verdicts.min_reference_windows if spec.verdicts.dispersion else none,
        'group_within': spec.alerts.group_within, 'change_seconds': mlmon.duration_seconds(spec.alerts.change_within),
        'cool_down': spec.alerts.cool_down, 'escalate_after': spec.alerts.get('escalate_after'), 'remind_every': spec.alerts.get('remind_every'),
        'max_notices_per_week': spec.alerts.get('max_notices_per_week'), 'quiet_hours': spec.alerts.get('quiet_hours'),
        'maintenance': spec.alerts.maintenance,
        'min_group_size': spec.fairness.min_group_size if spec.fairness else none,
        'reference_group': spec.fairness.reference_group if spec.fairness else {},
        'maturity_seconds': maturity, 'maturity_windows': [(maturity + seconds - 1) // seconds, mlmon.most_label_age() - 1] | min if maturity is not none else none,
        'reference_hash': hashes.reference_hash, 'sums_hash': hashes.sums_hash, 'rules_hash': hashes.rules_hash,
        'config_hash': local_md5(tojson(spec | string))
    }) }}
{% endmacro %}


{#- A spec with its relations found and its columns named as the warehouse names them, quoted. Adds `log`, `label_log` and `reference_log`
    (relations), `columns` and `label_columns` ({name in lower case: {quoted, kind}}). -#}
{% macro bind_columns(spec) %}
    {%- set log = mlmon.log_relation(spec.predictions.relation) -%}
    {%- set label_log = mlmon.log_relation(spec.labels.relation) if spec.labels else none -%}
    {%- set reference_log = mlmon.log_relation(spec.reference.relation) if spec.reference.relation else none -%}
    {%- do spec.update({
        'log': log, 'columns': mlmon.log_columns(log),
        'label_log': label_log, 'label_columns': mlmon.log_columns(label_log),
        'reference_log': reference_log, 'reference_columns': mlmon.log_columns(reference_log)
    }) -%}
    {{ return(spec) }}
{% endmacro %}


{#- The parts of a segment as its name in the tables: 'overall', 'region', 'region,channel'. -#}
{% macro segment_name(segment) %}{{ return(segment | join(',') if segment else 'overall') }}{% endmacro %}
