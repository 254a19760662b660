{{ config(materialized=mlmon.view_kind()) }}
{%- set moves = mlmon.has_moving_baselines() %}
{%- set series = ['monitor', 'family', 'subject', 'column_role', 'metric', 'compared_to'] %}
{%- set place = ['monitor', 'model_version', 'window_start', 'window_end', 'family', 'subject', 'metric', 'compared_to'] %}
-- What the change of a number against its baseline rests on: each part of a declared segment, by how much of it there is (mix) and by its own number (within).
-- Kitagawa (1955), with the mean of both sides' weights.
-- depends_on: {{ ref('mlmon_baselines') }}
-- depends_on: {{ ref('mlmon_moving_baselines') }}
with measured as (
    select measured.*
    from {{ ref('mlmon_measured') }} as measured
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = measured.monitor
    where not measured.is_reference and measured.weight > 0 and measured.segment not like '%,%'
        and {{ mlmon.adds_up('measured', 'monitors.task') }}
),

windows as (
    select *
    from measured
    where segment = 'overall'
),

baselines as (
    {%- for table in ['mlmon_baselines'] + (['mlmon_moving_baselines'] if moves else []) %}
    select {% for name in place %}windows.{{ name }}, {% endfor %}members.segment, members.segment_value, members.baseline as value, members.weight
    from windows
    inner join {{ ref(table) }} as members
        on {{ mlmon.same_row('members', 'windows', series) }}
        {%- if loop.first %}
        and members.phase = {% if mlmon.has_holidays() %}coalesce({{ mlmon.holiday_phase('windows') }}, {{ mlmon.all_phases() }}){% else %}{{ mlmon.all_phases() }}{% endif %}
        {%- else %}
        and members.window_start = windows.window_start and members.model_version = {{ mlmon.baseline_version('windows') }}
        {%- endif %}
    where members.weight > 0 and members.baseline is not null and members.segment <> 'overall' and members.segment not like '%,%'
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

sides as (
    select
        {{ place | join(', ') }}, segment, segment_value,
        max(case when is_baseline = 1 then value end) as r0, max(case when is_baseline = 0 then value end) as r1,
        max(case when is_baseline = 1 then weight end) as n0, max(case when is_baseline = 0 then weight end) as n1
    from (
        select {{ place | join(', ') }}, segment, segment_value, value, weight, 0 as is_baseline
        from measured
        where segment <> 'overall'
        union all
        select {{ place | join(', ') }}, segment, segment_value, value, weight, 1
        from baselines
    ) as each_side
    group by {{ place | join(', ') }}, segment, segment_value
),

shares as (
    select
        {{ place | join(', ') }}, segment, segment_value, r0, r1,
        coalesce(n0, 0) / sum(n0) over (partition by {{ place | join(', ') }}, segment) as w0,
        coalesce(n1, 0) / sum(n1) over (partition by {{ place | join(', ') }}, segment) as w1
    from sides
),

whole as (
    select
        *,
        sum(w0 * r0) over (partition by {{ place | join(', ') }}, segment) as whole_0,
        sum(w1 * r1) over (partition by {{ place | join(', ') }}, segment) as whole_1
    from shares
    where w0 is not null and w1 is not null
),

changes as (
    select
        *,
        -- a part that one side lacks is all mix
        (w1 - w0) * ((coalesce(r0, r1) + coalesce(r1, r0)) / 2 - (whole_0 + whole_1) / 2) as mix_change,
        (w0 + w1) / 2 * coalesce(r1 - r0, 0) as within_change,
        min(r1 - r0) over (partition by {{ place | join(', ') }}, segment) as least_change,
        max(r1 - r0) over (partition by {{ place | join(', ') }}, segment) as greatest_change
    from whole
)

select
    monitor, model_version, window_start, window_end, false as is_reference, 'overall' as segment, 'all' as segment_value,
    family, subject, metric, compared_to, segment as by_segment, segment_value as part,
    w0 as baseline_share, w1 as share, r0 as baseline, r1 as value,
    mix_change + within_change as total_change, mix_change, within_change,
    -- by more than rounding
    coalesce(
        (whole_1 - whole_0 < -1e-9 * (abs(whole_0) + abs(whole_1)) and least_change > 1e-9 * (abs(whole_0) + abs(whole_1)))
        or (whole_1 - whole_0 > 1e-9 * (abs(whole_0) + abs(whole_1)) and greatest_change < -1e-9 * (abs(whole_0) + abs(whole_1))), false
    ) as is_reversal
from changes
