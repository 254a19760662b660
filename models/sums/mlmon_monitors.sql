{{ config(materialized='table') }}
{%- do mlmon.depend_on_logs() -%}
{%- set problems = mlmon.checked_config() -%}
{%- set later = ['group_within', 'change_seconds', 'cool_down', 'escalate_after', 'remind_every', 'max_notices_per_week'] -%}
-- depends_on: {{ ref('mlmon_runs') }}
-- depends_on: {{ ref('mlmon_metric_catalog') }}
{% for spec in mlmon.monitors() %}
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
    {{ mlmon.text_literal(problems.get(spec.name)) }} as data_problem,
    {%- for name in later %}
    cast({{ spec[name] if spec[name] is not none else 'null' }} as {{ dbt.type_bigint() }}) as {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
union all
{% endfor %}
select
    {% for name in ['monitor', 'task', 'owner', 'runbook', mlmon.reserved_name('window')] %}cast(null as {{ dbt.type_string() }}) as {{ name }}, {% endfor %}
    cast(null as {{ dbt.type_timestamp() }}) as reference_start,
    cast(null as {{ dbt.type_timestamp() }}) as reference_end,
    cast(null as {{ dbt.type_bigint() }}) as maturity_seconds,
    cast(null as {{ dbt.type_boolean() }}) as has_labels,
    cast(null as {{ dbt.type_boolean() }}) as has_value,
    {% for name in ['min_group_size', 'min_rows', 'open_n', 'open_m', 'close_after'] %}cast(null as {{ dbt.type_bigint() }}) as {{ name }}, {% endfor %}
    cast(null as {{ dbt.type_boolean() }}) as judges_versions,
    {% for name in ['actions', 'tags', 'config_hash'] %}cast(null as {{ dbt.type_string() }}) as {{ name }}, {% endfor %}
    cast(null as {{ dbt.type_string() }}) as data_problem{% for name in later %}, cast(null as {{ dbt.type_bigint() }}) as {{ name }}{% endfor %}

{{ mlmon.no_rows() }}
