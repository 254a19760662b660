{{ config(materialized='mlmon_windows', meta={'mlmon_keeps': true}) }}
-- What was posted, appended by `mlmon notify` after each post. The model only makes the table.
{{ mlmon.empty_rows('mlmon_deliveries') }}
