{#- A monitor's resolved configuration as its row of mlmon_monitors. -#}
{% macro monitor_row(spec, data_problem=none) %}
    {%- set row = {
        'monitor': spec.name,
        'task': spec.task,
        'owner': spec.owner,
        'runbook': spec.runbook,
        mlmon.reserved_name('window'): spec.window,
        'reference_start': spec.reference.start or none,
        'reference_end': spec.reference.end or none,
        'maturity_seconds': spec.maturity_seconds,
        'has_labels': spec.labels is not none,
        'has_value': spec.value is not none,
        'min_group_size': spec.min_group_size or none,
        'min_rows': spec.min_rows,
        'open_n': spec.open_n,
        'open_m': spec.open_m,
        'close_after': spec.close_after,
        'judges_versions': spec.by_version,
        'actions': spec.on_error | join(','),
        'tags': spec.tags | join(','),
        'config_hash': spec.config_hash,
        'sums_hash': spec.sums_hash,
        'reference_id': spec.reference_hash,
        'rules_hash': spec.rules_hash,
        'reads': mlmon.deferred_reads(spec),
        'data_problem': data_problem,
        'alpha': spec.alpha,
        'incidents_hash': mlmon.incidents_hash(spec),
    } -%}
    {%- for name in mlmon.later_monitor_columns() -%}{%- do row.update({name: spec[name]}) -%}{%- endfor -%}
    {{ return(row) }}
{% endmacro %}


{#- The columns of mlmon_monitors: {name: type}. -#}
{% macro monitor_columns() %}
    {%- set columns = {
        'monitor': 'text',
        'task': 'text',
        'owner': 'text',
        'runbook': 'text',
        mlmon.reserved_name('window'): 'text',
        'reference_start': 'timestamp',
        'reference_end': 'timestamp',
        'maturity_seconds': 'bigint',
        'has_labels': 'boolean',
        'has_value': 'boolean',
        'min_group_size': 'bigint',
        'min_rows': 'bigint',
        'open_n': 'bigint',
        'open_m': 'bigint',
        'close_after': 'bigint',
        'judges_versions': 'boolean',
        'actions': 'text',
        'tags': 'text',
        'config_hash': 'text',
        'sums_hash': 'text',
        'reference_id': 'text',
        'rules_hash': 'text',
        'reads': 'text',
        'data_problem': 'text',
        'alpha': 'double',
        'incidents_hash': 'text',
    } -%}
    {%- for name in mlmon.later_monitor_columns() -%}{%- do columns.update({name: 'bigint'}) -%}{%- endfor -%}
    {{ return(columns) }}
{% endmacro %}


{#- Settings of a monitor that came after the first version, all of them whole numbers; the last columns of the table. -#}
{% macro later_monitor_columns() %}
    {{ return(['group_within', 'change_seconds', 'cool_down', 'escalate_after', 'remind_every', 'max_notices_per_week',
        'pooled_windows', 'dispersion_windows', 'min_reference_windows', 'seasonal_weeks', 'reopen_within', 'windows_before', 'maturity_windows', 'baseline_reach']) }}
{% endmacro %}


{#- A fingerprint of what opens and closes an incident, besides what judges. -#}
{% macro incidents_hash(spec) %}
    {{ return(local_md5(mlmon.ordered_json([spec.rules_hash, spec.open_n, spec.open_m, spec.close_after, spec.maintenance | string]))) }}
{% endmacro %}
