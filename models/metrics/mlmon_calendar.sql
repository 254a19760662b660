{{ config(materialized='table') }}
-- Every window of a monitor from its first prediction to its last, those without any row too. A gap is filled for 10,000 windows at most.
with logged as (
    select monitor, window_start, window_end, is_reference
    from {{ ref('mlmon_log_health') }}
    where segment = 'overall' and model_version = 'all'
    union
    select monitor, window_start, window_end, is_reference
    from {{ ref('mlmon_label_health') }}
    where n_orphan_labels > 0
),

neighbours as (
    select
        logged.*,
        lead(logged.window_start) over (partition by logged.monitor order by logged.window_start) as next_start
    from logged
),

numbers as (
    select ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit as number
    from {{ mlmon.digits() }} as ones
    cross join {{ mlmon.digits() }} as tens
    cross join {{ mlmon.digits() }} as hundreds
    cross join {{ mlmon.digits() }} as thousands
),

gaps as (
    select
        neighbours.monitor,
        neighbours.next_start,
        monitors.reference_start,
        monitors.reference_end,
        monitors.{{ adapter.quote('window') }} as time_window,
        {{ mlmon.add_windows('monitors.' ~ adapter.quote('window'), 'neighbours.window_end', 'numbers.number') }} as window_start
    from neighbours
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = neighbours.monitor
    cross join numbers
    where neighbours.next_start > neighbours.window_end
),

gap_windows as (
    select
        monitor, window_start,
        {{ mlmon.add_windows('time_window', 'window_start', 1) }} as window_end,
        reference_start, reference_end
    from gaps
    where window_start < next_start
)

select monitor, window_start, window_end, is_reference, false as is_gap
from logged
union all
select
    monitor, window_start, window_end,
    coalesce(window_start >= reference_start and window_end <= reference_end, false) as is_reference,
    true as is_gap
from gap_windows
