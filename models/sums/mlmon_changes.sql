{{ config(materialized='mlmon_windows', meta={'mlmon_keeps': true, 'mlmon_replaces': 'all'}) }}
-- depends_on: {{ ref('mlmon_arrivals') }}
-- depends_on: {{ ref('mlmon_bins') }}
-- depends_on: {{ ref('mlmon_monitors') }}
{%- set arrivals = mlmon.arrivals() %}
{%- set ledger = mlmon.ledger_rows() %}
{%- set kept = mlmon.kept_ranges() %}
{% for specs in mlmon.active_monitors(mlmon.monitors_with_changes(arrivals)) | batch(10) %}
{{ mlmon.empty_rows('mlmon_changes') }}
{% for spec in specs %}
{{ mlmon.change_rows(spec, arrivals[spec.name], ledger.get(spec.name), kept.get(spec.name)) }}
{% endfor %}
{{ mlmon.next_statement() }}
{% endfor %}
{{ mlmon.empty_rows('mlmon_changes') }}
