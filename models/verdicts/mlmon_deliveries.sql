{{ config(materialized='mlmon_windows', full_refresh=false) }}
-- What was posted, appended by `mlmon notify` after each post. The model only makes the table.
{{ mlmon.empty_rows('mlmon_deliveries') }}
