{{ config(materialized='view') }}
with measured as (
    select
        monitor, model_version, window_start, window_end, is_reference, segment, segment_value,
        family, subject, metric, value, n
    from {{ ref('mlmon_values') }}
    where subject <> 'review' or family <> 'operations'
    union all
    select
        monitor, model_version, window_start, window_end, is_reference, segment, segment_value,
        family, subject, metric, value, n
    from (
        {{ mlmon.review_values(ref('mlmon_review_queue'), ref('mlmon_review_decisions')) }}
    ) as reviews
    where value is not null
)

select
    measured.monitor, measured.model_version, measured.window_start, measured.window_end, measured.is_reference,
    measured.segment, measured.segment_value, measured.family, measured.subject, measured.metric,
    measured.value, baselines.baseline, measured.n
from measured
left join {{ ref('mlmon_baselines') }} as baselines
    on baselines.monitor = measured.monitor
    and baselines.segment = measured.segment
    and baselines.segment_value = measured.segment_value
    and baselines.family = measured.family
    and baselines.subject = measured.subject
    and baselines.metric = measured.metric
    and baselines.phase = -1
