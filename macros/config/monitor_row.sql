{#- A monitor's resolved configuration as its row of mlmon_monitors. -#}
{% macro monitor_row(spec, data_problem=none) %}
select
    {{ mlmon.text_literal(spec.name) }} as monitor,
    {{ mlmon.text_literal(spec.task) }} as task,
    {{ mlmon.text_literal(spec.owner) }} as owner,
    {{ mlmon.text_literal(spec.runbook) }} as runbook,
    {{ mlmon.text_literal(spec.window) }} as {{ mlmon.reserved_name('window') }},
    {{ mlmon.timestamp_literal(spec.reference.start) if spec.reference.start else mlmon.timestamp_literal(none) }} as reference_start,
    {{ mlmon.timestamp_literal(spec.reference.end) if spec.reference.end else mlmon.timestamp_literal(none) }} as reference_end,
    cast({{ spec.maturity_seconds if spec.maturity_seconds is not none else 'null' }} as {{ dbt.type_bigint() }}) as maturity_seconds,
    {{ (spec.labels is not none) | string | lower }} as has_labels,
    {{ (spec.value is not none) | string | lower }} as has_value,
    cast({{ spec.min_group_size or 'null' }} as {{ dbt.type_bigint() }}) as min_group_size,
    cast({{ spec.min_rows }} as {{ dbt.type_bigint() }}) as min_rows,
    cast({{ spec.open_n }} as {{ dbt.type_bigint() }}) as open_n,
    cast({{ spec.open_m }} as {{ dbt.type_bigint() }}) as open_m,
    cast({{ spec.close_after }} as {{ dbt.type_bigint() }}) as close_after,
    {{ spec.by_version | string | lower }} as judges_versions,
    {{ mlmon.text_literal(spec.on_error | join(',')) }} as actions,
    {{ mlmon.text_literal(spec.tags | join(',')) }} as tags,
    {{ mlmon.text_literal(spec.config_hash) }} as config_hash,
    {{ mlmon.text_literal(spec.sums_hash) }} as sums_hash,
    {{ mlmon.text_literal(spec.reference_hash) }} as reference_id,
    {{ mlmon.text_literal(spec.rules_hash) }} as rules_hash,
    {{ mlmon.text_literal(mlmon.deferred_reads(spec)) }} as reads,
    {{ mlmon.text_literal(data_problem) }} as data_problem,
    {{ mlmon.double_literal(spec.alpha) }} as alpha,
    {{ mlmon.text_literal(mlmon.incidents_hash(spec)) }} as incidents_hash,
    {%- for name in mlmon.later_monitor_columns() %}
    cast({{ spec[name] if spec[name] is not none else 'null' }} as {{ dbt.type_bigint() }}) as {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
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
