{{ config(materialized=mlmon.view_kind()) }}
-- How reviews go, by the window of the predictions. The latest decision on a prediction counts.
with reviewed as (
    {{ mlmon.reviewed_rows(ref('mlmon_review_queue'), ref('mlmon_review_decisions')) }}
)

select
    monitor, window_start, window_end, segment, segment_value,
    {{ mlmon.review_sums() }}
from reviewed
group by monitor, window_start, window_end, segment, segment_value
