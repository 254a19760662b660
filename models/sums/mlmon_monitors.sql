{{ config(materialized='table') }}
{%- do mlmon.depend_on_logs() -%}
{%- set problems = mlmon.checked_config() -%}
{%- set specs = mlmon.monitors() -%}
{%- do mlmon.check_references(specs, problems) -%}
{%- set later = mlmon.later_monitor_columns() -%}
-- depends_on: {{ ref('mlmon_runs') }}
-- depends_on: {{ ref('mlmon_metric_catalog') }}
{% for spec in specs %}
{{ mlmon.monitor_row(spec, problems.get(spec.name)) }}
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
    {% for name in ['actions', 'tags', 'config_hash', 'sums_hash', 'reference_id', 'rules_hash', 'reads'] %}cast(null as {{ dbt.type_string() }}) as {{ name }}, {% endfor %}
    cast(null as {{ dbt.type_string() }}) as data_problem, {{ mlmon.double_literal(none) }} as alpha,
    cast(null as {{ dbt.type_string() }}) as incidents_hash{% for name in later %}, cast(null as {{ dbt.type_bigint() }}) as {{ name }}{% endfor %}

{{ mlmon.no_rows() }}
