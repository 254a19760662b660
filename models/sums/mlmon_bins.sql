{{ config(materialized='mlmon_windows', meta={'mlmon_keeps': true, 'mlmon_replaces': 'bins'}) }}
{{ mlmon.table_layout(by_window=false) }}
-- depends_on: {{ ref('mlmon_new_watermarks') }}
-- depends_on: {{ ref('mlmon_monitors') }}
{%- set due = mlmon.monitors_to_bin() %}
{% for spec in mlmon.specs_to_read(due) %}
{% set spec = mlmon.reference_spec(spec) %}
{% for columns in mlmon.profiled_columns(spec) | batch(40) %}
select * from (
{{ mlmon.bin_rows(spec, columns, due[spec.name]) }}
) as part
{{ mlmon.next_statement() }}
{% endfor %}
{% endfor %}
{{ mlmon.empty_rows('mlmon_bins') }}
