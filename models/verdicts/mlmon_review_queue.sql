{{ config(materialized='mlmon_windows', meta={'mlmon_keeps': true}) }}
-- depends_on: {{ ref('mlmon_incidents') }}
-- depends_on: {{ ref('mlmon_calendar') }}
-- depends_on: {{ ref('mlmon_new_watermarks') }}
-- depends_on: {{ ref('mlmon_monitors') }}
-- A window is sampled once, when it has an open error; what is in the queue stays.
{%- set specs = mlmon.active_monitors() %}
{%- set due = mlmon.windows_to_review(specs) %}
{% for spec in mlmon.specs_to_read(due) %}
select * from (
{{ mlmon.review_rows(spec, due[spec.name]) }}
) as part
{{ mlmon.next_statement() }}
{% endfor %}
{{ mlmon.empty_rows('mlmon_review_queue') }}
