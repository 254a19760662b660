{{ config(materialized='mlmon_windows', meta={'mlmon_keeps': true}) }}
-- What `mlmon prune` keeps of the windows that it takes out: their metrics by month. The model only makes the table.
{{ mlmon.empty_rows('mlmon_history') }}
