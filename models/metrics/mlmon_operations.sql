{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'to_judge'}) }}
{{ mlmon.table_layout() }}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
-- depends_on: {{ ref('mlmon_monitors') }}
with health as (
    select health.*
    from {{ ref('mlmon_log_health') }} as health
    {{- mlmon.only_windows_to_judge('health') }}
),

gaps as (
    select calendar.*
    from {{ ref('mlmon_calendar') }} as calendar
    {{- mlmon.only_windows_to_judge('calendar') }}
    left join {{ ref('mlmon_log_health') }} as logged
        on logged.monitor = calendar.monitor and logged.window_start = calendar.window_start
        and logged.segment = 'overall' and logged.model_version = 'all'
    where logged.monitor is null
),

complete as (
    select
        monitor, model_version, window_start, window_end, is_reference, segment, segment_value,
        n_rows, n_predictions, n_invalid_scores, latency_p50, latency_p95, latency_p99, label_lag_p50, label_lag_p95
    from health
    union all
    select
        monitor, 'all', window_start, window_end, is_reference, 'overall', 'all',
        0, 0, 0, null, null, null, null, null
    from gaps
)

select
    complete.monitor, complete.model_version, complete.window_start, complete.window_end, complete.is_reference,
    complete.segment, complete.segment_value,
    complete.n_predictions, complete.latency_p50, complete.latency_p95, complete.latency_p99,
    {{ mlmon.ratio('complete.n_rows - complete.n_predictions', 'complete.n_rows') }} as duplicate_rate,
    {{ mlmon.ratio('labels.n_orphan_labels', 'labels.n_labels') }} as orphan_label_rate,
    complete.label_lag_p50, complete.label_lag_p95,
    {{ mlmon.ratio('complete.n_invalid_scores', 'complete.n_predictions') }} as invalid_score_rate,
    complete.n_rows, labels.n_labels
from complete
left join {{ ref('mlmon_label_health') }} as labels
    on labels.monitor = complete.monitor and labels.window_start = complete.window_start
    and complete.segment = 'overall' and complete.model_version = 'all'
