{{ config(materialized='mlmon_windows', meta={'mlmon_keeps': true, 'mlmon_replaces': 'all'}) }}
-- depends_on: {{ ref('mlmon_monitors') }}
{%- set watermarks = {} if flags.FULL_REFRESH else mlmon.watermark_rows() %}
{% for specs in mlmon.active_monitors() | batch(10) %}
{% for spec in specs %}
{{ mlmon.new_watermark_row(spec, watermarks.get(spec.name)) }}
{{ "union all" if not loop.last else mlmon.next_statement() }}
{% endfor %}
{% endfor %}
{{ mlmon.empty_rows('mlmon_new_watermarks') }}
