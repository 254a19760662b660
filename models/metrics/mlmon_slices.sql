{{ config(materialized=mlmon.view_kind()) }}
{%- set series = ['monitor', 'model_version', 'segment', 'segment_value'] %}
{%- set double = mlmon.sql_type('double') %}
-- The segments in which a model is worse than elsewhere, over the newest windows whose labels are complete: all values of all declared segments, ranked.
with newest_windows as (
    {{ mlmon.newest_mature_windows() }}
),

-- what is lost by a row: 1 by a wrong decision, or the absolute error
losses as (
    select
        {% for name in series %}performance.{{ name }}, {% endfor %}performance.window_start, performance.window_end, monitors.min_rows,
        case monitors.task
            when 'binary' then performance.tp + performance.fp + performance.tn + performance.fn
            when 'regression' then performance.n_scored
            else performance.n_labelled
        end as n,
        case when monitors.task = 'regression' then performance.mae else 1 - performance.accuracy end as loss,
        case when monitors.task = 'regression' then {{ mlmon.square('performance.rmse') }} else 1 - performance.accuracy end as squared_loss
    from {{ ref('mlmon_performance') }} as performance
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = performance.monitor
    inner join newest_windows on newest_windows.monitor = performance.monitor and newest_windows.window_start = performance.window_start
    where (case when monitors.task = 'regression' then performance.mae else performance.accuracy end) is not null
),

sums as (
    select
        {{ series | join(', ') }}, min_rows, min(window_start) as first_window_start, max(window_end) as last_window_end,
        cast(sum(n) as {{ double }}) as n, sum(n * loss) as total, sum(n * squared_loss) as squares
    from losses
    group by {{ series | join(', ') }}, min_rows
),

slices as (
    select
        sums.*, wholes.n as whole_n, wholes.total as whole_total, wholes.first_window_start as first_start, wholes.last_window_end as last_end,
        sums.total / nullif(sums.n, 0) as mean_loss,
        (wholes.total - sums.total) / nullif(wholes.n - sums.n, 0) as rest_loss,
        wholes.squares / nullif(wholes.n, 0) - {{ mlmon.square('wholes.total / nullif(wholes.n, 0)') }} as variance
    from sums
    inner join sums as wholes on wholes.monitor = sums.monitor and wholes.model_version = sums.model_version and wholes.segment = 'overall'
    where sums.segment <> 'overall' and sums.n > 0
),

scored as (
    select
        *,
        0.95 * (mean_loss / nullif(whole_total / whole_n, 0) - 1) - 0.05 * (whole_n / n - 1) as score,
        case
            when n >= min_rows and whole_n - n >= min_rows and variance > 0 then (mean_loss - rest_loss) / sqrt(variance * (1 / n + 1 / nullif(whole_n - n, 0)))
        end as z
    from slices
),

tested as (
    select *, {{ mlmon.normal_tail('z') }} as p_value
    from scored
),

adjusted as (
    {{ mlmon.q_values('tested', ['monitor', 'model_version'], ['segment', 'segment_value']) }}
),

judged as (
    select *, coalesce(q_value <= 0.05, false) as is_weak
    from adjusted
)

select
    {{ series | join(', ') }}, first_start as first_window_start, last_end as last_window_end,
    cast(n as {{ dbt.type_bigint() }}) as n_labelled, mean_loss, rest_loss, score, p_value, q_value, is_weak,
    cast(
        row_number() over (
            partition by monitor, model_version
            order by case when is_weak then 0 else 1 end, case when score is null then 1 else 0 end, score desc, segment, segment_value
        ) as {{ dbt.type_bigint() }}
    ) as place
from judged
