{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'to_judge'}) }}
{{ mlmon.table_layout() }}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
with sums as (
    select
        sums.monitor, sums.model_version, sums.window_start, sums.window_end, sums.is_reference, sums.segment, sums.segment_value,
        sums.kpi, sums.numerator, sums.denominator
    from {{ ref('mlmon_kpi_sums') }} as sums
    {{- mlmon.only_windows_to_judge('sums') }}
    union all
    -- what the outcomes are worth, per labelled prediction
    select
        outcomes.monitor, outcomes.model_version, outcomes.window_start, outcomes.window_end, outcomes.is_reference, outcomes.segment, outcomes.segment_value,
        'business_value', sum(outcomes.value_total), sum({{ mlmon.n_valued('outcomes', 'monitors.task') }})
    from {{ ref('mlmon_outcomes') }} as outcomes
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = outcomes.monitor and monitors.has_value
    {{ mlmon.only_declared_segments('outcomes') }}
    {{- mlmon.only_windows_to_judge('outcomes') }}
    group by outcomes.monitor, outcomes.model_version, outcomes.window_start, outcomes.window_end, outcomes.is_reference, outcomes.segment, outcomes.segment_value
)

select
    sums.monitor, sums.model_version, sums.window_start, sums.window_end, sums.is_reference, sums.segment, sums.segment_value,
    sums.kpi, sums.numerator, sums.denominator,
    sums.numerator / nullif(sums.denominator, 0) as value,
    calendar.is_mature
from sums
inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = sums.monitor
left join {{ ref('mlmon_calendar') }} as calendar on calendar.monitor = sums.monitor and calendar.window_start = sums.window_start
