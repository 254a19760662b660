{{ config(materialized='mlmon_windows', meta={'mlmon_keeps': true, 'mlmon_replaces': 'reference'}) }}
{{ mlmon.table_layout(by_window=false) }}
-- depends_on: {{ ref('mlmon_new_watermarks') }}
-- depends_on: {{ ref('mlmon_bins') }}
-- depends_on: {{ ref('mlmon_monitors') }}
{%- set specs = mlmon.specs_to_read(mlmon.monitors_with_new_reference()) %}
{%- set bins = mlmon.bins_in_force(specs) %}
{% for spec in specs %}
{% set spec = mlmon.reference_spec(spec) %}
{% for columns in mlmon.column_batches(spec, mlmon.profiled_columns(spec), bins.get(spec.name, {})) %}
select * from (
{{ mlmon.reference_rows(spec, columns, bins.get(spec.name, {})) }}
) as part
{{ mlmon.next_statement() }}
{% endfor %}
{% endfor %}
{{ mlmon.empty_rows('mlmon_reference') }}
