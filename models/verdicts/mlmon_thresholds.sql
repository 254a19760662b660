{{ config(materialized='table') }}
-- The thresholds that users wrote, resolved.
-- depends_on: {{ ref('mlmon_monitors') }}
{{ mlmon.sided_thresholds(ref('mlmon_metric_catalog')) }}
