{{ config(materialized='view') }}
-- How reviews go, by the window of the predictions. The latest decision on a prediction counts.
with decisions as (
    select
        *,
        row_number() over (partition by monitor, prediction_id order by decided_at desc, decision) as recency
    from {{ ref('mlmon_review_decisions') }}
),

queue as (
    select
        queue.monitor, queue.window_start, queue.window_end, queue.segment, queue.segment_value,
        decisions.decision,
        {{ mlmon.seconds_between('queue.queued_at', 'decisions.decided_at') }} / 3600 as hours_to_review
    from {{ ref('mlmon_review_queue') }} as queue
    left join decisions
        on decisions.monitor = queue.monitor and decisions.prediction_id = queue.prediction_id and decisions.recency = 1
)

select
    monitor, window_start, window_end, segment, segment_value,
    count(*) as n_queued,
    count(decision) as n_reviewed,
    sum(case when decision = 'overridden' then 1 else 0 end) as n_overridden,
    sum(case when decision = 'overridden' then 1 else 0 end) * 1.0 / nullif(count(decision), 0) as override_rate,
    avg(hours_to_review) as hours_to_review
from queue
group by monitor, window_start, window_end, segment, segment_value
