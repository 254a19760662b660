{{ config(materialized=mlmon.table_kind()) }}
{%- set kind = 'monitors.' ~ mlmon.reserved_name('window') %}
{%- set now_begins = mlmon.truncate_by_column(kind, 'newest.newest_timestamp') %}
-- Every window of a monitor from its first prediction to its last, those without any row too. A gap is filled for 10,000 windows at most.
-- Labels of a window count as complete (`is_mature`) for whatever is computed of it.
with logged as (
    select monitor, window_start, window_end, is_reference
    from {{ ref('mlmon_log_health') }}
    where segment = 'overall' and model_version = 'all'
    {{ mlmon.union_distinct() }}
    select monitor, window_start, window_end, is_reference
    from {{ ref('mlmon_label_health') }}
    where n_orphan_labels > 0
),

-- what `mlmon prune` has left, and may be filled
kept_ranges as (
    {{ mlmon.kept_range_rows() }}
),

starts as (
    select monitor, window_start, window_end
    from logged
    {{ mlmon.union_distinct() }}
    -- a log that began before what is left of it goes on from there
    select kept_ranges.monitor, kept_ranges.range_start, kept_ranges.range_start
    from kept_ranges
    where kept_ranges.begins_later
),

neighbours as (
    select
        starts.*,
        lead(starts.window_start) over (partition by starts.monitor order by starts.window_start, starts.window_end) as next_start
    from starts
),

numbers as (
    {{ mlmon.numbers() }}
),

gaps as (
    select
        neighbours.monitor,
        neighbours.next_start,
        monitors.reference_start,
        monitors.reference_end,
        monitors.{{ mlmon.reserved_name('window') }} as time_window,
        {{ mlmon.add_windows('monitors.' ~ mlmon.reserved_name('window'), 'neighbours.window_end', 'numbers.number') }} as window_start
    from neighbours
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = neighbours.monitor
    cross join numbers
    where neighbours.next_start > neighbours.window_end
        -- not after an infinite time, which no window follows
        and {{ mlmon.add_windows('monitors.' ~ mlmon.reserved_name('window'), 'neighbours.window_end', 1) }} > neighbours.window_end
),

gap_windows as (
    select
        monitor, window_start,
        {{ mlmon.add_windows('time_window', 'window_start', 1) }} as window_end,
        reference_start, reference_end
    from gaps
    where window_start < next_start
),

every_window as (
    select monitor, window_start, window_end, is_reference, false as is_gap
    from logged
    union all
    select
        monitor, window_start, window_end,
        coalesce(window_start >= reference_start and window_end <= reference_end, false) as is_reference,
        true as is_gap
    from gap_windows
    where not exists (
            select 1
            from kept_ranges
            where kept_ranges.monitor = gap_windows.monitor
        )
        or exists (
            select 1
            from kept_ranges
            where kept_ranges.monitor = gap_windows.monitor
                and gap_windows.window_start >= kept_ranges.range_start and gap_windows.window_start < kept_ranges.range_end
        )
)

select
    every_window.*,
    {{ mlmon.matures_at('every_window.window_end', 'monitors.maturity_seconds') }} <= newest.newest_timestamp as is_mature,
    {{ mlmon.windows_between_by_column(kind, 'every_window.window_end', now_begins) }} as age_windows,
    {{ mlmon.seconds_between(now_begins, 'newest.newest_timestamp') }} / {{ mlmon.seconds_between(now_begins, mlmon.add_windows(kind, now_begins, 1)) }} as age_part,
    {{ mlmon.is_holiday('every_window') }} as is_holiday
from every_window
left join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = every_window.monitor
left join (
    {{ mlmon.newest_timestamps() }}
) as newest on newest.monitor = every_window.monitor
