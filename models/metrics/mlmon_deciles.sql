{{ config(materialized=mlmon.view_kind()) }}
{%- set key = mlmon.window_columns() %}
{%- set double = mlmon.sql_type('double') %}
{%- set shown = 'partition by ' ~ key | join(', ') %}
{%- set to_here = shown ~ ' order by decile rows unbounded preceding' %}
-- The predictions of a window in the order of their scores, in tenths: what is at the top, and how much better it is. Binary models. A score bin that a
-- cut goes through is divided in proportion.
with bins as (
    select
        {% for name in key %}outcomes.{{ name }}, {% endfor %}outcomes.bin,
        outcomes.n_predictions, outcomes.n_labelled, outcomes.n_positive, outcomes.n_scored, outcomes.score_total as labelled_score_total,
        profile.total as score_total, outcomes.value_total, outcomes.n_treated, outcomes.n_treated_labelled, outcomes.n_treated_positive
    from {{ ref('mlmon_outcomes') }} as outcomes
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = outcomes.monitor and monitors.task = 'binary'
    {{ mlmon.only_declared_segments('outcomes') }}
    inner join {{ ref('mlmon_profile') }} as profile
        on {{ mlmon.same_row('profile', 'outcomes', ['monitor', 'model_version', 'window_start', 'segment', 'segment_value', 'bin']) }}
        and profile.column_role = 'score'
    where outcomes.bin not in ('null', 'invalid') and outcomes.n_predictions > 0
),

{{ mlmon.tenths('bins', key | join(', '), 'n_predictions') }},

deciles as (
    select
        {{ key | join(', ') }}, decile,
        sum(share * n_predictions) as n_predictions,
        sum(share * n_labelled) as n_labelled,
        sum(share * n_positive) as n_positive,
        sum(share * n_scored) as n_scored,
        sum(share * labelled_score_total) as labelled_score_total,
        sum(share * score_total) as score_total,
        sum(share * value_total) as value_total,
        sum(share * n_treated) as n_treated,
        sum(share * n_treated_labelled) as n_treated_labelled,
        sum(share * n_treated_positive) as n_treated_positive
    from cuts
    group by {{ key | join(', ') }}, decile
),

cumulated as (
    select
        *,
        sum(n_positive) over ({{ shown }}) as whole_positive,
        sum(n_labelled) over ({{ shown }}) as whole_labelled,
        sum(n_labelled) over ({{ to_here }}) as to_here_n_labelled,
        sum(n_positive) over ({{ to_here }}) as to_here_n_positive,
        sum(value_total) over ({{ to_here }}) as to_here_value_total,
        sum(n_treated_labelled) over ({{ to_here }}) as to_here_n_treated_labelled,
        sum(n_treated_positive) over ({{ to_here }}) as to_here_n_treated_positive
    from deciles
),

measured as (
    select
        {{ key | join(', ') }}, cast(decile as {{ dbt.type_bigint() }}) as decile,
        n_predictions, n_labelled, n_positive,
        score_total / nullif(n_predictions, 0) as mean_score,
        n_positive / nullif(n_labelled, 0) as positive_rate,
        (n_positive / nullif(n_labelled, 0)) / nullif(whole_positive / nullif(whole_labelled, 0), 0) as lift,
        to_here_n_positive / nullif(whole_positive, 0) as cumulative_gain,
        labelled_score_total / nullif(n_scored, 0) - n_positive / nullif(n_labelled, 0) as calibration_gap,
        value_total as value,
        to_here_value_total as cumulative_value,
        n_treated,
        n_treated_positive / nullif(n_treated_labelled, 0) - (n_positive - n_treated_positive) / nullif(n_labelled - n_treated_labelled, 0) as uplift,
        to_here_n_treated_positive / nullif(to_here_n_treated_labelled, 0)
        - (to_here_n_positive - to_here_n_treated_positive) / nullif(to_here_n_labelled - to_here_n_treated_labelled, 0) as cumulative_uplift
    from cumulated
)

{{ mlmon.with_maturity('measured') }}
