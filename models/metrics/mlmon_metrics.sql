{{ config(materialized='view') }}
select
    measured.monitor, measured.model_version, measured.window_start, measured.window_end, measured.is_reference,
    measured.segment, measured.segment_value, measured.family, measured.subject, measured.metric,
    measured.value, baselines.baseline, measured.n
from {{ ref('mlmon_values') }} as measured
left join {{ ref('mlmon_baselines') }} as baselines
    on baselines.monitor = measured.monitor
    and baselines.segment = measured.segment
    and baselines.segment_value = measured.segment_value
    and baselines.family = measured.family
    and baselines.subject = measured.subject
    and baselines.metric = measured.metric
    and baselines.phase = -1
