{{ config(materialized=mlmon.view_kind()) }}
{%- set series = ['monitor', 'model_version', 'segment', 'segment_value'] %}
{%- set double = mlmon.sql_type('double') %}
{%- set lost = {
    'n': {'binary': 'performance.tp + performance.fp + performance.tn + performance.fn', 'multiclass': 'performance.tp + performance.fp', 'regression': 'performance.n_scored'},
    'total': {'binary': 'performance.fp + performance.fn', 'multiclass': 'performance.fp', 'regression': 'performance.n_scored * performance.mae'},
    'squares': {'binary': 'performance.fp + performance.fn', 'multiclass': 'performance.fp', 'regression': 'performance.n_scored * ' ~ mlmon.square('performance.rmse')}
} %}
-- The segments in which a model is worse than elsewhere, over the newest windows whose labels are complete: all values of all declared segments, ranked.
with newest_windows as (
    {{ mlmon.newest_mature_windows() }}
),

-- what is lost by a row: 1 by a wrong decision, or the absolute error
losses as (
    select
        {% for name in series %}performance.{{ name }}, {% endfor %}performance.window_start, performance.window_end, monitors.task,
        {%- for name, of in lost.items() %}
        case monitors.task when 'binary' then {{ of.binary }} when 'multiclass' then {{ of.multiclass }} else {{ of.regression }} end as {{ name }},
        {%- endfor %}
        monitors.min_rows
    from {{ ref('mlmon_performance') }} as performance
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = performance.monitor
    inner join newest_windows on newest_windows.monitor = performance.monitor and newest_windows.window_start = performance.window_start
    where (case when monitors.task = 'regression' then performance.mae else performance.accuracy end) is not null
),

sums as (
    select
        {{ series | join(', ') }}, task, min_rows, min(window_start) as first_window_start, max(window_end) as last_window_end,
        cast(sum(n) as {{ double }}) as n, cast(sum(total) as {{ double }}) as total, cast(sum(squares) as {{ double }}) as squares
    from losses
    group by {{ series | join(', ') }}, task, min_rows
),

slices as (
    select
        {% for name in series %}sums.{{ name }}, {% endfor %}sums.task, sums.n, sums.total, sums.squares,
        wholes.n as whole_n, wholes.total as whole_total, wholes.squares as whole_squares, wholes.n - sums.n as rest_n, wholes.total - sums.total as rest_total,
        wholes.first_window_start as first_start, wholes.last_window_end as last_end,
        sums.n >= sums.min_rows and wholes.n - sums.n >= sums.min_rows as is_large
    from sums
    inner join sums as wholes on wholes.monitor = sums.monitor and wholes.model_version = sums.model_version and wholes.segment = 'overall'
    where sums.segment <> 'overall' and sums.n > 0
),

measured as (
    select
        *,
        total / n as mean_loss, rest_total / nullif(rest_n, 0) as rest_loss,
        squares / n - {{ mlmon.square('total / n') }} as variance,
        (whole_squares - squares) / nullif(rest_n, 0) - {{ mlmon.square('rest_total / nullif(rest_n, 0)') }} as rest_variance,
        whole_squares / whole_n - {{ mlmon.square('whole_total / whole_n') }} as whole_variance,
        -- the wrong ones of the slice are drawn of all rows, or its rows of all that are wrong: the fewer draws
        {{ mlmon.at_most('n', 'whole_total') }} as draws,
        {{ mlmon.at_least('n', 'whole_total') }} / whole_n as chance
    from slices
),

scored as (
    select
        *,
        0.95 * (mean_loss / nullif(whole_total / whole_n, 0) - 1) - 0.05 * (whole_n / n - 1) as score,
        case
            when not is_large or whole_variance <= 0 then null
            when task = 'regression' then (mean_loss - rest_loss) / sqrt({{ mlmon.at_least('whole_variance / n + whole_variance / rest_n', '(variance / n + rest_variance / rest_n)') }})
            else {{ mlmon.binomial_to_normal('total', 'draws', 'chance') }}
        end as z
    from measured
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
