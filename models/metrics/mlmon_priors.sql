{{ config(materialized=mlmon.view_kind()) }}
{%- set key = mlmon.window_columns() %}
{%- set part = ['monitor', 'segment', 'segment_value'] %}
{%- set double = mlmon.sql_type('double') %}
{%- set tried = 'partition by ' ~ key | join(', ') ~ ' order by hundredth' %}
-- The base rate of a window before its labels are there: the mixture of the reference's scores of positives and of negatives that is most like the window's scores.
with score_groups as (
    select monitor, bin, max(psi_group) as score_group
    from {{ ref('mlmon_bins') }}
    where column_role = 'score'
    group by monitor, bin
),

counted as (
    select
        {% for name in key %}outcomes.{{ name }}, {% endfor %}score_groups.score_group,
        cast(sum(outcomes.n_predictions) as {{ double }}) as n, cast(sum(outcomes.n_positive) as {{ double }}) as n_positive,
        cast(sum(outcomes.n_labelled - outcomes.n_positive) as {{ double }}) as n_negative
    from {{ ref('mlmon_outcomes') }} as outcomes
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = outcomes.monitor and monitors.task = 'binary'
    {{ mlmon.only_declared_segments('outcomes') }}
    inner join score_groups on score_groups.monitor = outcomes.monitor and score_groups.bin = outcomes.bin
    group by {% for name in key %}outcomes.{{ name }}, {% endfor %}score_groups.score_group
),

-- what share of the positives, and of the negatives, has such scores
of_reference as (
    select
        {{ part | join(', ') }}, score_group, n_all_positive, n_all_negative,
        n_positive / nullif(n_all_positive, 0) as of_positives, n_negative / nullif(n_all_negative, 0) as of_negatives
    from (
        select
            {{ part | join(', ') }}, score_group, sum(n_positive) as n_positive, sum(n_negative) as n_negative,
            sum(sum(n_positive)) over (partition by {{ part | join(', ') }}) as n_all_positive,
            sum(sum(n_negative)) over (partition by {{ part | join(', ') }}) as n_all_negative
        from counted
        where is_reference and model_version = 'all'
        group by {{ part | join(', ') }}, score_group
    ) as reference_groups
),

windows as (
    select {{ key | join(', ') }}, sum(n) as n
    from counted
    where not is_reference
    group by {{ key | join(', ') }}
),

mixed as (
    select
        {% for name in key %}windows.{{ name }}, {% endfor %}windows.n, hundredths.number as hundredth, hundredths.rate,
        max(of_reference.n_all_positive) as n_all_positive, max(of_reference.n_all_negative) as n_all_negative,
        -- the Bhattacharyya coefficient, 1 minus the square of Hellinger's distance
        sum(sqrt((hundredths.rate * of_reference.of_positives + (1 - hundredths.rate) * of_reference.of_negatives) * coalesce(counted.n, 0) / windows.n)) as likeness,
        sum(
            {{ mlmon.square('of_reference.of_positives - of_reference.of_negatives') }}
            / nullif(hundredths.rate * of_reference.of_positives + (1 - hundredths.rate) * of_reference.of_negatives, 0)
        ) as information
    from windows
    inner join of_reference on {{ mlmon.same_row('of_reference', 'windows', part) }} and of_reference.n_all_positive > 0 and of_reference.n_all_negative > 0
    left join counted on {{ mlmon.same_row('counted', 'windows', key) }} and counted.score_group = of_reference.score_group
    cross join (
        select number, number / 100.0 as rate
        from ({{ mlmon.numbers() }}) as numbers
        where number <= 100
    ) as hundredths
    group by {% for name in key %}windows.{{ name }}, {% endfor %}windows.n, hundredths.number, hundredths.rate
),

placed as (
    select
        *,
        lag(likeness) over ({{ tried }}) as likeness_before, lead(likeness) over ({{ tried }}) as likeness_after,
        row_number() over (partition by {{ key | join(', ') }} order by likeness desc, hundredth) as place
    from mixed
),

-- the top of the parabola through the best hundredth and those beside it
best as (
    select
        *,
        rate + coalesce(0.005 * (likeness_before - likeness_after) / nullif(likeness_before - 2 * likeness + likeness_after, 0), 0) as prevalence
    from placed
    where place = 1
),

-- the error of a share of a mixture, from the window's rows and from those that say what the mixture is of
measured as (
    select
        *,
        sqrt((1 / n + {{ mlmon.square('rate') }} / n_all_positive + {{ mlmon.square('1 - rate') }} / n_all_negative) / nullif(information, 0)) as standard_error
    from best
)

select
    {{ key | join(', ') }}, cast(n as {{ dbt.type_bigint() }}) as n_predictions,
    cast(case when information > 0 then prevalence end as {{ double }}) as prevalence,
    {{ mlmon.normal_band('prevalence', 'prevalence', 'standard_error') }},
    n_all_positive / (n_all_positive + n_all_negative) as reference_prevalence,
    sqrt({{ mlmon.at_least('(1 - likeness)', 0) }}) as distance
from measured
