{#- The windows that a window is compared with by the baselines that move, as a query: (monitor, compared_to, window_start, member_version, member_start, phase, phase_of_week, is_member, is_pooled).

    is_member: 1 for a member, of phase 0, and for windows of other phases, which say how much windows differ from those of their own phase.
    is_pooled: 1 where it is a member for one of the windows that are pooled with this one, and none of them.
    phase_of_week: the same for numbers with a rhythm of the week: among the windows of three weeks or more, those of the judged one's day (hour) of the week are 0.
    Holidays have holidays for members, the last four of those of as many as there are periods, and the windows that others have tell how much windows differ.
    A window with fewer windows before it than its baseline reaches back has no row. Where versions are compared, `window_start` is the last member: many windows have the same.
    `in_predictions`: only of windows that more than labels changed; `judged`: only of those that are judged; `versions`: a relation as of version_members;
    `pinned`: holidays of the reference, too. -#}
{% macro member_windows(versions, in_predictions=false, judged=false, pinned=false) -%}
{%- set kind, holidays = 'monitors.' ~ mlmon.reserved_name('window'), mlmon.has_holidays() -%}
{%- set apart = ' + case when ' ~ mlmon.is_holiday('judged') ~ ' then 1 else 0 end' if holidays else '' -%}
with numbered as (
    select
        calendar.monitor, calendar.window_start, calendar.window_end, monitors.pooled_windows,
        case {{ kind }} when 'day' then 7 when 'hour' then 168 end as week,
        {{ mlmon.window_number(kind, 'calendar.window_start') }} as window_number
    from {{ ref('mlmon_calendar') }} as calendar
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = calendar.monitor
),

first_windows as (
    select monitor, min(window_number) as first_number
    from numbered
    group by monitor
),

lags as (
    select kinds.monitor, kinds.compared_to, kinds.reach, kinds.period, numbers.number as lag, mod(numbers.number, kinds.period) as phase
    from (
        {{ mlmon.configured_baselines(moving=true) }}
    ) as kinds
    inner join (
        {{ mlmon.numbers() }}
    ) as numbers on numbers.number > 0 and numbers.number < kinds.reach + 100
),

looked_back as (
    select
        judged.monitor, lags.compared_to, judged.window_start, 'all' as member_version, members.window_start as member_start, lags.phase{{ apart }} as phase,
        case when lags.period = 1 and lags.reach >= 3 * judged.week then mod(lags.lag, judged.week) else lags.phase end{{ apart }} as phase_of_week,
        case when lags.lag <= lags.reach and lags.phase < 7 then 1 else 0 end as is_member,
        case when {% if holidays %}not {{ mlmon.is_holiday('judged') }} and {% endif %}lags.lag >= judged.pooled_windows and lags.lag < lags.reach + judged.pooled_windows and lags.phase < judged.pooled_windows then 1 else 0 end as is_pooled
    from numbered as judged
    inner join first_windows on first_windows.monitor = judged.monitor
    {{- mlmon.only_windows_to_judge('judged', in_predictions, judged) }}
    inner join lags on lags.monitor = judged.monitor and judged.window_number - lags.reach >= first_windows.first_number
    inner join numbered as members on members.monitor = judged.monitor and members.window_number = judged.window_number - lags.lag
    where {{ mlmon.is_normal('members') }}
        {%- if holidays %} and not {{ mlmon.is_holiday('members') }}{% endif %}
){% if holidays %},

holidays as (
    select
        judged.monitor, kinds.compared_to, judged.window_start, members.window_start as member_start,
        case when kinds.period = 1 then 4 else cast(kinds.reach / kinds.period as {{ dbt.type_int() }}) end as most,
        row_number() over (partition by judged.monitor, kinds.compared_to, judged.window_start order by members.window_start desc) as place,
        count(*) over (partition by judged.monitor, kinds.compared_to, judged.window_start) as n_members
    from numbered as judged
    {{- mlmon.only_windows_to_judge('judged', in_predictions, judged) }}
    inner join (
        {{ mlmon.configured_baselines(moving=true) }}
    ) as kinds on kinds.monitor = judged.monitor
    inner join numbered as members
        on members.monitor = judged.monitor and members.window_start < judged.window_start and {{ mlmon.holiday_phase('members') }} = {{ mlmon.holiday_phase('judged') }}
    where {{ mlmon.is_normal('members') }}
)
{%- if pinned %},

holidays_of_reference as (
    select
        calendar.monitor, {{ mlmon.any_holiday('calendar') }} as window_start, calendar.window_start as member_start,
        count(*) over (partition by calendar.monitor, {{ mlmon.holiday_phase('calendar') }}) as n_members
    from {{ ref('mlmon_calendar') }} as calendar
    where calendar.is_reference and not calendar.is_gap and {{ mlmon.is_holiday('calendar') }} and {{ mlmon.is_normal('calendar') }}
)
{%- endif %}
{%- endif %}

select *
from looked_back
where is_member = 1 or is_pooled = 1
{%- if holidays %}
union all
select monitor, compared_to, window_start, 'all', member_start, 0, 0, 1, 0
from holidays
where place <= most and n_members >= 2
{%- if pinned %}
union all
select monitor, 'reference', window_start, 'all', member_start, 0, 0, 1, 0
from holidays_of_reference
where n_members >= 2
{%- endif %}
{%- endif %}
{%- if mlmon.compares_versions() %}
union all
select sets.monitor, sets.compared_to, sets.last_start, sets.member_version, members.window_start, 0, 0, 1, 1
from (select distinct monitor, compared_to, member_version, last_start from {{ versions }}) as sets
inner join (
    {{ mlmon.version_windows() }}
) as members on members.monitor = sets.monitor and members.model_version = sets.member_version and members.window_start <= sets.last_start
where {{ mlmon.is_normal('members') }}
{%- endif %}
{%- endmacro %}


{#- The number of a window, counted from one that all windows of its kind are counted from. -#}
{% macro window_number(window_column, window_start) -%}
    cast({{ mlmon.windows_between_by_column(window_column, mlmon.timestamp_literal('2001-01-01 00:00:00'), window_start) }} as {{ dbt.type_bigint() }})
{%- endmacro %}
