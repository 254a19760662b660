{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'predictions'}) }}
-- depends_on: {{ ref('mlmon_arrivals') }}
-- depends_on: {{ ref('mlmon_changes') }}
-- depends_on: {{ ref('mlmon_bins') }}
-- depends_on: {{ ref('mlmon_monitors') }}
{%- set specs = mlmon.active_monitors() %}
{%- set due = mlmon.ranges_to_read(specs, 'predictions') %}
{%- set specs = mlmon.specs_to_read(specs, due) %}
{%- set bins = mlmon.bins_in_force(specs) %}
{% for spec in specs %}
{% for columns in mlmon.profiled_columns(spec) | batch(40) %}
select * from (
{{ mlmon.profile_rows(spec, columns, due[spec.name], bins.get(spec.name, {})) }}
) as part
{{ mlmon.next_statement() }}
{% endfor %}
{% endfor %}
{{ mlmon.empty_rows('mlmon_profile') }}
