{{ config(materialized='table') }}
-- depends_on: {{ ref('mlmon_monitors') }}
{%- set ledger = {} if flags.FULL_REFRESH else mlmon.ledger_rows() %}
{% for spec in mlmon.active_monitors() %}
{{ mlmon.arrival_row(spec, ledger.get(spec.name)) }}
union all
{% endfor %}
{{ mlmon.empty_rows('mlmon_arrivals') }}
