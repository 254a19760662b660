{{ config(materialized='mlmon_windows', meta={'mlmon_keeps': true}) }}
-- What people decided about the predictions of the queue, appended by `mlmon review decide` or by a tool of yours. The model only makes the table.
{{ mlmon.empty_rows('mlmon_review_decisions') }}
