{{ config(materialized='mlmon_windows', post_hook={'sql': '{{ mlmon.hold_tables() }}', 'transaction': false}, meta={'mlmon_keeps': true}) }}
-- Who is at work on the tables. The model makes the table; its hook takes hold of the tables or stops the build.
{{ mlmon.empty_rows('mlmon_runs') }}
