{{ config(materialized=mlmon.table_kind()) }}
-- The judged windows of every series that ever breached, and the episodes that they are part of.
{{ mlmon.series_episodes(ref('mlmon_checks'), ref('mlmon_monitors'), ref('mlmon_metric_catalog'), ref('mlmon_events')) }}
