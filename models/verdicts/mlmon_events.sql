{{ config(materialized='mlmon_windows', meta={'mlmon_keeps': true}) }}
-- What people said, appended by `mlmon ack`, `mute`, `unmute`, `resolve`, `assign`, `note` and `event`. The model only makes the table.
{{ mlmon.empty_rows('mlmon_events') }}
