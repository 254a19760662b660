{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'outcomes'}) }}
{{ mlmon.table_layout() }}
-- depends_on: {{ ref('mlmon_new_watermarks') }}
-- depends_on: {{ ref('mlmon_windows_to_read') }}
-- depends_on: {{ ref('mlmon_monitors') }}
{%- set due = mlmon.ranges_to_read('outcomes') %}
{%- set specs = mlmon.specs_to_read(due, reads_windows=true) %}
{% for spec in specs if spec.labels %}
{% for ranges in mlmon.slices(spec, due[spec.name]) %}
select * from (
{{ mlmon.label_age_rows(spec, ranges) }}
) as part
{{ mlmon.next_statement() }}
{% endfor %}
{% endfor %}
{{ mlmon.empty_rows('mlmon_label_age_sums') }}
