{{ config(materialized=mlmon.view_kind()) }}
{%- set key = mlmon.window_columns() %}
-- How many predictions of a window had their first label by the end of the window (age 0), a window later, and so on: as old as the window is by now, up to
-- maturity.
with numbers as (
    select ones.digit + 10 * tens.digit + 100 * hundreds.digit as number
    from {{ mlmon.digits() }} as ones
    cross join {{ mlmon.digits() }} as tens
    cross join {{ mlmon.digits() }} as hundreds
),

ages as (
    select calendar.monitor, calendar.window_start, numbers.number as age_windows
    from {{ ref('mlmon_calendar') }} as calendar
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = calendar.monitor
    inner join numbers on numbers.number <= calendar.age_windows and numbers.number <= monitors.maturity_windows
)

select
    {% for name in key %}health.{{ name }}, {% endfor %}
    cast(ages.age_windows as {{ dbt.type_bigint() }}) as age_windows,
    health.n_predictions as n_due,
    cast(coalesce(sum(sums.n), 0) as {{ dbt.type_bigint() }}) as n_labelled,
    {{ mlmon.ratio('coalesce(sum(sums.n), 0)', 'health.n_predictions') }} as share
from {{ ref('mlmon_log_health') }} as health
inner join ages on ages.monitor = health.monitor and ages.window_start = health.window_start
left join {{ ref('mlmon_label_age_sums') }} as sums
    on {{ mlmon.same_row('sums', 'health', ['monitor', 'model_version', 'window_start', 'segment', 'segment_value']) }}
    and sums.age_windows <= ages.age_windows
where health.n_predictions > 0
group by {% for name in key %}health.{{ name }}, {% endfor %} ages.age_windows, health.n_predictions
