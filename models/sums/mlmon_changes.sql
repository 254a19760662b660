{{ config(materialized='table') }}
-- depends_on: {{ ref('mlmon_arrivals') }}
-- depends_on: {{ ref('mlmon_bins') }}
-- depends_on: {{ ref('mlmon_monitors') }}
{%- set arrivals = mlmon.arrivals() %}
select
    cast(null as {{ dbt.type_string() }}) as monitor,
    cast(null as {{ dbt.type_timestamp() }}) as window_start,
    cast(null as {{ dbt.type_timestamp() }}) as window_end,
    cast(null as {{ dbt.type_boolean() }}) as in_predictions,
    cast(null as {{ dbt.type_boolean() }}) as in_outcomes,
    cast(null as {{ dbt.type_boolean() }}) as in_label_log,
    cast(null as {{ dbt.type_boolean() }}) as is_whole_log
where 1 = 0
{% for spec in mlmon.active_monitors() if spec.name in arrivals %}
{{ mlmon.change_rows(spec, arrivals[spec.name]) }}
{% endfor %}
