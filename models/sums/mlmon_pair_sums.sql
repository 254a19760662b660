{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'predictions'}) }}
{{ mlmon.table_layout() }}
-- depends_on: {{ ref('mlmon_new_watermarks') }}
-- depends_on: {{ ref('mlmon_windows_to_read') }}
-- depends_on: {{ ref('mlmon_bins') }}
-- depends_on: {{ ref('mlmon_monitors') }}
{%- set due = mlmon.ranges_to_read('predictions') %}
{%- set specs = mlmon.specs_to_read(due, reads_windows=true) | selectattr('pairs') | list %}
{%- set bins = mlmon.bins_in_force(specs) %}
{% for spec in specs %}
{% for ranges in mlmon.slices(spec, due[spec.name]) %}
{% for pairs in spec.pairs | batch(50) %}
select * from (
{{ mlmon.pair_rows(spec, pairs, ranges, bins.get(spec.name, {})) }}
) as part
{{ mlmon.next_statement() }}
{% endfor %}
{% endfor %}
{% endfor %}
{{ mlmon.empty_rows('mlmon_pair_sums') }}
