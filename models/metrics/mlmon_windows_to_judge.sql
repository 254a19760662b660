{{ config(materialized=mlmon.table_kind()) }}
-- depends_on: {{ ref('mlmon_bins') }}
-- The windows whose metrics and checks this run replaces: those whose sums changed, whose labels became mature or are awaited, gaps beside them, those whose reviews went on,
-- and those after them that pool them or are compared with them; and all of a monitor where its reference windows, its bins or its rules changed. What labels or
-- people alone changed is not `in_predictions`: how inputs are distributed stands.
{%- set moves = mlmon.has_moving_baselines() %}
{%- set reviewed_anew = mlmon.windows_reviewed_anew() %}
{%- set estimated = mlmon.estimated_monitors() %}
{%- set watermarks = mlmon.model_relation('mlmon_watermarks') if execute else none %}
with changes as (
    select
        monitor, window_start, window_end, window_end >= cast('9000-01-01' as {{ dbt.type_timestamp() }}) as is_open_ended,
        case when in_predictions then 1 else 0 end as in_predictions
    from {{ ref('mlmon_windows_to_read') }}
),

whole_monitors as (
    select changes.monitor, changes.in_predictions
    from changes
    inner join {{ ref('mlmon_monitors') }} as monitors
        on monitors.monitor = changes.monitor
        and changes.window_start < monitors.reference_end
        and changes.window_end > monitors.reference_start
    {{ mlmon.union_distinct() }}
    select new_watermarks.monitor, 1 as in_predictions
    from {{ ref('mlmon_new_watermarks') }} as new_watermarks
    {% if watermarks is not none and not flags.FULL_REFRESH %}
    left join {{ watermarks }} as watermarks on watermarks.monitor = new_watermarks.monitor and watermarks.rules_hash = new_watermarks.rules_hash and watermarks.sums_hash = new_watermarks.sums_hash
    left join (
        {{ mlmon.references_in_force() }}
    ) as bins on bins.monitor = new_watermarks.monitor
    where watermarks.monitor is null or coalesce(watermarks.reference_id, '') <> coalesce(bins.reference_id, '')
    {% endif %}
),

-- windows that `mlmon prune` has taken out stay out; those of the reference are never taken out, and members of others are measured and not judged
judged as (
    select
        calendar.monitor, calendar.window_start, calendar.window_end, calendar.is_gap, calendar.is_mature,
        case when pruned.monitor is null or calendar.is_reference then 1 else 0 end as is_judged
    from {{ ref('mlmon_calendar') }} as calendar
    left join (
        select monitor, max(pruned_before) as pruned_before
        from (
            {{ mlmon.kept_range_rows() }}
        ) as kept_ranges
        group by monitor
    ) as pruned on pruned.monitor = calendar.monitor and pruned.pruned_before > calendar.window_start
    where pruned.monitor is null or calendar.is_reference
        or exists (
            select 1
            from (
                {{ mlmon.kept_range_rows('measured') }}
            ) as measured_ranges
            where measured_ranges.monitor = calendar.monitor and measured_ranges.range_start <= calendar.window_start and measured_ranges.range_end > calendar.window_start
        )
),

reaches as (
    select monitor, min(window_start) as first_start, max(window_end) as last_end
    from {{ ref('mlmon_calendar') }}
    group by monitor
),

-- windows that changed though none of their rows did
touched as (
    -- that have become mature
    select calendar.monitor, calendar.window_start, calendar.window_end, 0 as in_predictions
    from judged as calendar
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = calendar.monitor
    inner join {{ ref('mlmon_new_watermarks') }} as new_watermarks on new_watermarks.monitor = calendar.monitor
    {%- set matures_at = mlmon.matures_at('calendar.window_end', 'monitors.maturity_seconds') %}
    where
        ({{ matures_at }} <= new_watermarks.newest_timestamp and {{ matures_at }} > new_watermarks.previous_newest_timestamp)
        -- or are not any more, for the newest rows were erased
        or ({{ matures_at }} > new_watermarks.newest_timestamp and {{ matures_at }} <= new_watermarks.previous_newest_timestamp)
    {{ mlmon.union_distinct() }}
    -- gaps up to the next window that has rows
    select gaps.monitor, gaps.window_start, gaps.window_end, changes.in_predictions
    from judged as gaps
    inner join (
        select
            calendar.monitor, calendar.window_start,
            lag(calendar.window_start) over (partition by calendar.monitor order by calendar.window_start) as previous_start
        from {{ ref('mlmon_calendar') }} as calendar
        where not calendar.is_gap
    ) as after_gap
        on after_gap.monitor = gaps.monitor
        and gaps.window_start > after_gap.previous_start
        and gaps.window_start < after_gap.window_start
    inner join changes
        on changes.monitor = gaps.monitor
        and (changes.window_start = after_gap.window_start or changes.window_start = after_gap.previous_start)
    where gaps.is_gap
    {%- if estimated %}
    {{ mlmon.union_distinct() }}
    -- whose labels are still coming: what is expected of them changes with what comes of any window, and with time
    select calendar.monitor, calendar.window_start, calendar.window_end, 0 as in_predictions
    from judged as calendar
    inner join {{ ref('mlmon_new_watermarks') }} as new_watermarks on new_watermarks.monitor = calendar.monitor
    where not calendar.is_mature and calendar.monitor in ({{ mlmon.text_literals(estimated) }})
        and (
            new_watermarks.newest_timestamp <> new_watermarks.previous_newest_timestamp
            or exists (
                select 1
                from changes
                where changes.monitor = calendar.monitor
            )
        )
    {%- endif %}
    {%- if reviewed_anew %}
    {{ mlmon.union_distinct() }}
    -- whose reviews are judged and went on
    select calendar.monitor, calendar.window_start, calendar.window_end, 0 as in_predictions
    from judged as calendar
    inner join (
        {{ reviewed_anew }}
    ) as reviewed on reviewed.monitor = calendar.monitor and reviewed.window_start = calendar.window_start
    {%- endif %}
    {%- if moves %}
    {{ mlmon.union_distinct() }}
    -- the first, where the log began before it or does now: how far windows can look back from goes by it
    select calendar.monitor, calendar.window_start, calendar.window_end, changes.in_predictions
    from judged as calendar
    inner join reaches on reaches.monitor = calendar.monitor and reaches.first_start = calendar.window_start
    inner join changes on changes.monitor = calendar.monitor and changes.window_start < reaches.first_start
    where not changes.is_open_ended
    {%- endif %}
),

windows as (
    select calendar.monitor, calendar.window_start, calendar.window_end, whole_monitors.in_predictions
    from judged as calendar
    inner join whole_monitors on whole_monitors.monitor = calendar.monitor
    {{ mlmon.union_distinct() }}
    -- the changed windows and those after them that rest on them, or whose estimates are audited by them
    select calendar.monitor, calendar.window_start, calendar.window_end, changes.in_predictions
    from judged as calendar
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = calendar.monitor
    inner join {% if moves %}(
        select monitor, window_start, window_end, in_predictions
        from changes
        where not is_open_ended
        union all
        select touched.monitor, touched.window_start, touched.window_end, touched.in_predictions
        from touched
        inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = touched.monitor and monitors.baseline_reach > 0
    ) as {% endif %}changes
        on changes.monitor = calendar.monitor
        and changes.window_start <= calendar.window_start
        and {{ mlmon.add_windows('monitors.' ~ mlmon.reserved_name('window'), 'changes.window_end', mlmon.windows_that_rest_on_it(estimated)) }} > calendar.window_start
    {%- if not moves %}
    where not changes.is_open_ended
    {%- endif %}
    {{ mlmon.union_distinct() }}
    select monitor, window_start, window_end, in_predictions
    from touched
    {%- if mlmon.has_holidays() %}
    {{ mlmon.union_distinct() }}
    -- holidays rest on earlier ones, however long ago
    select calendar.monitor, calendar.window_start, calendar.window_end, changes.in_predictions
    from judged as calendar
    inner join (
        select monitor, window_start, in_predictions
        from changes
        where not is_open_ended
        union all
        select monitor, window_start, in_predictions
        from touched
    ) as changes on changes.monitor = calendar.monitor and changes.window_start <= calendar.window_start
    where {{ mlmon.is_holiday('calendar') }}
    {%- endif %}
),

ranges as (
    -- a window that is gone from the log has no metrics any more, nor one that lies outside the log by now
    select monitor, window_start, window_end, in_predictions
    from changes
    where not is_open_ended
    union all
    select reaches.monitor, cast('1000-01-01' as {{ dbt.type_timestamp() }}), reaches.first_start, 1
    from reaches
    inner join (select distinct monitor from changes) as changed on changed.monitor = reaches.monitor
    union all
    select reaches.monitor, reaches.last_end, cast('9999-01-01' as {{ dbt.type_timestamp() }}), 1
    from reaches
    inner join (select distinct monitor from changes) as changed on changed.monitor = reaches.monitor
    union all
    select whole_monitors.monitor, cast('1000-01-01' as {{ dbt.type_timestamp() }}), cast('9999-01-01' as {{ dbt.type_timestamp() }}), whole_monitors.in_predictions
    from whole_monitors
)

select
    windows.monitor, windows.window_start, windows.window_end, false as is_range, max(windows.in_predictions) = 1 as in_predictions,
    max(judged.is_judged) = 1 as is_judged
from windows
inner join judged on judged.monitor = windows.monitor and judged.window_start = windows.window_start and judged.window_end = windows.window_end
group by windows.monitor, windows.window_start, windows.window_end
union all
select monitor, window_start, window_end, true as is_range, max(in_predictions) = 1 as in_predictions, true as is_judged
from ranges
group by monitor, window_start, window_end
