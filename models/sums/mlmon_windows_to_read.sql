{{ config(materialized='mlmon_windows', meta={'mlmon_keeps': true, 'mlmon_replaces': 'all'}) }}
-- depends_on: {{ ref('mlmon_new_watermarks') }}
-- depends_on: {{ ref('mlmon_bins') }}
-- depends_on: {{ ref('mlmon_monitors') }}
{%- set new_watermarks = mlmon.new_watermarks() %}
{%- set watermarks = mlmon.watermark_rows() %}
{%- set kept = mlmon.kept_ranges() %}
{% for specs in mlmon.active_monitors(mlmon.monitors_to_read(new_watermarks)) | batch(10) %}
{{ mlmon.empty_rows('mlmon_windows_to_read') }}
{% for spec in specs %}
{{ mlmon.windows_to_read(spec, new_watermarks[spec.name], watermarks.get(spec.name), kept.get(spec.name)) }}
{% endfor %}
{{ mlmon.next_statement() }}
{% endfor %}
{{ mlmon.empty_rows('mlmon_windows_to_read') }}
