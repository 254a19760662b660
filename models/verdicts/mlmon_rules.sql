{{ config(materialized='table') }}
-- What each metric of each monitor is judged by where the user wrote no threshold of their own.
{{ mlmon.default_rules(ref('mlmon_metric_catalog'), ref('mlmon_monitors')) }}
