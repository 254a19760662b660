{{ config(materialized=mlmon.view_kind()) }}
{%- set key = mlmon.window_columns() %}
{%- set double = mlmon.sql_type('double') %}
{%- set bigint = dbt.type_bigint() %}
{%- set shown = 'partition by ' ~ key | join(', ') %}
{%- set from_here = shown ~ ' order by threshold desc rows unbounded preceding' %}
-- What each edge of the score's bins would have decided, were it the threshold, and what that would have been worth.
with score_bins as (
    select monitor, bin, {{ mlmon.at_most(mlmon.at_least('coalesce(min(lower), 0)', 0), 1) }} as threshold
    from {{ ref('mlmon_bins') }}
    where column_role = 'score' and bin not in ('null', 'invalid')
    group by monitor, bin
),

thresholds as (
    select monitor, threshold from score_bins
    {{ mlmon.union_distinct() }}
    select monitor, cast(1 as {{ double }}) from score_bins
),

counted as (
    select
        {% for name in key %}outcomes.{{ name }}, {% endfor %}score_bins.threshold,
        sum(outcomes.n_predictions) as n_predictions, sum(outcomes.n_labelled) as n_labelled, sum(outcomes.n_positive) as n_positive
    from {{ ref('mlmon_outcomes') }} as outcomes
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = outcomes.monitor and monitors.task = 'binary'
    {{ mlmon.only_declared_segments('outcomes') }}
    inner join score_bins on score_bins.monitor = outcomes.monitor and score_bins.bin = outcomes.bin
    group by {% for name in key %}outcomes.{{ name }}, {% endfor %}score_bins.threshold
),

windows as (
    select {{ key | join(', ') }}, sum(n_predictions) as n_predictions, sum(n_labelled) as n_labelled, sum(n_positive) as n_positive
    from counted
    group by {{ key | join(', ') }}
    having sum(n_labelled) > 0
),

placed as (
    select
        {% for name in key %}windows.{{ name }}, {% endfor %}thresholds.threshold,
        windows.n_predictions as all_predictions, windows.n_labelled as all_labelled, windows.n_positive as all_positive,
        coalesce(counted.n_predictions, 0) as n_predictions, coalesce(counted.n_labelled, 0) as n_labelled, coalesce(counted.n_positive, 0) as n_positive
    from windows
    inner join thresholds on thresholds.monitor = windows.monitor
    left join counted on {{ mlmon.same_row('counted', 'windows', key) }} and counted.threshold = thresholds.threshold
),

decided as (
    select
        {{ key | join(', ') }}, threshold, all_predictions, all_labelled, all_positive,
        sum(n_predictions) over ({{ from_here }}) as n_predictions,
        sum(n_labelled) over ({{ from_here }}) as n_labelled,
        sum(n_positive) over ({{ from_here }}) as tp
    from placed
),

counts as (
    select
        *,
        n_labelled - tp as fp, all_positive - tp as fn, all_labelled - n_labelled - all_positive + tp as tn
    from decided
),

valued as (
    select
        counts.*, in_use.monitor is not null as is_in_use,
        {{ mlmon.value_of_counts('counts') }} as value
    from counts
    left join (
        {{ mlmon.decision_thresholds() }}
    ) as in_use on in_use.monitor = counts.monitor and in_use.threshold = counts.threshold
),

measured as (
    select
        {{ key | join(', ') }}, threshold, is_in_use,
        cast(n_predictions as {{ bigint }}) as n_predictions, cast(n_labelled as {{ bigint }}) as n_labelled,
        cast(tp as {{ bigint }}) as tp, cast(fp as {{ bigint }}) as fp, cast(fn as {{ bigint }}) as fn, cast(tn as {{ bigint }}) as tn,
        {{ mlmon.ratio('n_predictions', 'all_predictions') }} as selection_rate,
        {{ mlmon.ratio('tp', 'tp + fp') }} as {{ mlmon.metric_column('precision') }},
        {{ mlmon.ratio('tp', 'tp + fn') }} as recall,
        value, max(value) over ({{ shown }}) - value as regret
    from valued
)

{{ mlmon.with_maturity('measured') }}
