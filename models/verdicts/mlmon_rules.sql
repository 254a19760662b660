{{ config(materialized=mlmon.table_kind()) }}
-- What judges each metric of each monitor: a threshold that the user wrote, else the default verdict.
{{ mlmon.judging_rules(ref('mlmon_metric_catalog'), ref('mlmon_monitors')) }}
