{{ config(materialized=mlmon.view_kind()) }}
{%- set double = mlmon.sql_type('double') %}
{%- set compared = [] %}
{%- for metric in mlmon.declared_metrics().performance.metrics if metric.interval and metric.direction != 'none' %}{% do compared.append(metric) %}{% endfor %}
{%- set higher_is_better = compared | selectattr('direction', 'equalto', 'higher_is_better') | map(attribute='metric') | list %}
{%- set to_here = 'partition by monitor, challenger, segment, segment_value, metric order by window_start rows unbounded preceding' %}
-- depends_on: {{ ref('mlmon_calendar') }}
-- A version beside the one that was there before it, over the windows in which both answered and whose labels are complete, up to each of them.
with first_windows as (
    select
        *,
        row_number() over (partition by monitor, window_start order by n_predictions desc, {{ dbt.hash('model_version') }}) as place_in_window
    from (
        {{ mlmon.first_windows_of_versions("(select * from " ~ ref('mlmon_log_health') ~ " where segment = 'overall' and model_version <> 'all' and n_predictions > 0)") }}
    ) as versions
),

-- of versions that begin in the same window, the one with most predictions in it is the champion of the others, and of what comes next
largest as (
    select monitor, window_start, model_version, lag(model_version) over (partition by monitor order by window_start) as champion
    from first_windows
    where place_in_window = 1
),

pairs as (
    select *
    from (
        select
            versions.monitor, versions.model_version as challenger,
            case when versions.place_in_window = 1 then largest.champion else largest.model_version end as champion
        from first_windows as versions
        inner join largest on largest.monitor = versions.monitor and largest.window_start = versions.window_start
    ) as versions
    where champion is not null
),

measured as (
    select *
    from (
        {{ mlmon.unpivoted('performance', by_baseline=false) }}
    ) as numbers
    where model_version <> 'all' and metric in ({{ mlmon.text_literals(compared | map(attribute='metric') | list) }}) and is_final and value is not null and n > 0
),

sides as (
    select
        pairs.monitor, pairs.champion, pairs.challenger, challengers.window_start, challengers.window_end, challengers.is_reference,
        challengers.segment, challengers.segment_value, challengers.metric,
        {%- for side in ['champion', 'challenger'] %}
        {{ side }}s.value as {{ side }}_value, cast({{ side }}s.n as {{ double }}) as {{ side }}_n, {{ side }}s.standard_error as {{ side }}_error,
        {%- endfor %}
        -- the rows that a difference of two means is worth
        cast(champions.n as {{ double }}) * challengers.n / (champions.n + challengers.n) as n_rows,
        cast(performance.n_predictions as {{ double }}) as n_predictions
    from pairs
    inner join measured as challengers on challengers.monitor = pairs.monitor and challengers.model_version = pairs.challenger
    inner join measured as champions
        on {{ mlmon.same_row('champions', 'challengers', ['monitor', 'window_start', 'segment', 'segment_value', 'metric']) }} and champions.model_version = pairs.champion
    inner join {{ ref('mlmon_performance') }} as performance
        on {{ mlmon.same_row('performance', 'challengers', ['monitor', 'model_version', 'window_start', 'segment', 'segment_value']) }}
),

-- window by window, so that what differs between days is no difference between versions
cumulated as (
    select
        monitor, champion, challenger, window_start, window_end, is_reference, segment, segment_value, metric,
        {% for side in ['champion', 'challenger'] -%}
        sum({{ side }}_n) over ({{ to_here }}) as {{ side }}_n,
        sum({{ side }}_n * {{ side }}_value) over ({{ to_here }}) as {{ side }}_total,
        sum(n_rows * {{ side }}_value) over ({{ to_here }}) / sum(n_rows) over ({{ to_here }}) as {{ side }}_value,
        sum(n_rows * n_rows / {{ side }}_n) over ({{ to_here }}) as {{ side }}_weight,
        sum({{ mlmon.square(side ~ '_n * ' ~ side ~ '_error') }}) over ({{ to_here }}) as {{ side }}_squares,
        {% endfor -%}
        sum(n_predictions) over ({{ to_here }}) as n_predictions,
        sum(n_rows) over ({{ to_here }}) as n_rows
    from sides
),

-- the variance of a row: that of a share from all of its rows, with a case more of either kind, so that it is never 0; of other numbers from their standard errors
variances as (
    select
        *,
        {% for side in ['champion', 'challenger'] -%}
        coalesce({{ side }}_squares / {{ side }}_n, {{ mlmon.proportion_variance('metric', '((' ~ side ~ '_total + 1) / (' ~ side ~ '_n + 2))') }}) as {{ side }}_variance,
        {% endfor -%}
        challenger_value - champion_value as difference
    from cumulated
),

errors as (
    select
        monitors.min_rows, variances.*,
        sqrt(
            variances.champion_weight * variances.champion_variance + variances.challenger_weight * variances.challenger_variance
        ) / variances.n_rows as standard_error
    from variances
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = variances.monitor
),

-- kept apart from what is computed of it: a planner that puts each expression in place of its name would have them many times over
distances as {{ mlmon.materialized_cte() }} (
    select
        *,
        champion_n >= min_rows and challenger_n >= min_rows as has_rows,
        case when standard_error > 0 then {{ mlmon.at_most('abs(difference) / standard_error', '1e6') }} end as z
    from errors
),

tested as (
    select
        *,
        case when has_rows and standard_error > 0 then standard_error * {{ mlmon.anytime_errors('n_rows') }} end as radius,
        case when has_rows then {{ mlmon.anytime_evidence('z', 'n_rows') }} end as evidence,
        case when z > 0 then {{ mlmon.rows_until_decided('z', 'n_rows') }} end as rows_needed
    from distances
),

p_values as (
    select *, case when evidence > 700 then exp(-700.0) when evidence > 0 then exp(-evidence) when evidence is not null then 1.0 end as p_value
    from tested
),

adjusted as (
    {{ mlmon.q_values('p_values', ['monitor', 'challenger', 'window_start'], ['segment', 'segment_value', 'metric']) }}
)

select
    monitor, 'all' as model_version, window_start, window_end, is_reference, segment, segment_value, challenger, metric,
    champion, champion_value, challenger_value, difference, difference - radius as low, difference + radius as high,
    q_value,
    cast(case when radius < abs(difference) then 0 when rows_needed < 1e15 then {{ mlmon.at_least('(ceil((rows_needed / n_rows - 1) * n_predictions))', 0) }} end as {{ dbt.type_bigint() }}) as n_needed,
    case
        when not has_rows or radius >= abs(difference) or q_value > 0.05 or q_value is null then 'no_difference_yet'
        when (difference > 0) = (metric in ({{ mlmon.text_literals(higher_is_better) }})) then 'better'
        else 'worse'
    end as verdict
from adjusted
