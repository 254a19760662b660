{#- Estimates of regressions, as CTEs up to `regression_bands`: the errors to be expected, by how large they were at such scores (direct loss estimation). See estimated_tasks.sql. -#}
{% macro regression_estimates() -%}
{%- set key, series = mlmon.window_columns(), mlmon.estimate_series() -%}
{%- set window = 'partition by estimator, ' ~ key | join(', ') -%}
{%- set errors = {'mae': ['abs_error_total', 'mean_abs_error', 'abs_error_variance'], 'mse': ['squared_error_total', 'mean_squared_error', 'squared_error_variance']} -%}
{%- set learned = ['score_group', 'n', 'mean_value', 'mean_abs_error', 'mean_squared_error', 'abs_error_variance', 'squared_error_variance'] -%}
{%- set known = ['n_scored'] + mlmon.estimated_tasks().regression.sums -%}
error_labels as {{ mlmon.materialized_cte() }} (
{{ mlmon.labelled_bins('regression', mlmon.estimated_tasks().regression.sums) }}
),

{{ mlmon.expected_errors('error_labels') }},

-- the series that a bin's errors come from: its own, that of its part in all versions, or that of the whole
likened_bins as (
    select
        estimators.estimator, bins.*, coalesce(own.n_near, of_part.n_near, of_whole.n_near, 0) as n_near
        {%- for name in learned %}, coalesce(own.{{ name }}, of_part.{{ name }}, of_whole.{{ name }}) as {{ 'n_learned' if name == 'n' else name }}{% endfor %}
    from (
        select *
        from scored_bins
        where task = 'regression' and not is_reference
    ) as bins
    cross join estimators
    left join expected_errors as own on own.estimator = estimators.estimator and {{ mlmon.same_row('own', 'bins', series + ['bin']) }}
    left join expected_errors as of_part
        on of_part.estimator = estimators.estimator and {{ mlmon.same_row('of_part', 'bins', ['monitor', 'segment', 'segment_value', 'bin']) }} and of_part.model_version = 'all'
    left join expected_errors as of_whole
        on of_whole.estimator = estimators.estimator and {{ mlmon.same_row('of_whole', 'bins', ['monitor', 'bin']) }} and of_whole.model_version = 'all'
        and of_whole.segment = 'overall'
),

-- the predictions whose label is not known, and how many of them will have one: how late a label comes is taken to say nothing of the error
awaited_bins as (
    select
        *,
        case when estimator = 'calibrated' then 0 else 1 end as counts_known,
        case
            when estimator = 'calibrated' then coalesce(nullif(labelled_share, 0), 1)
            when is_mature then 0
            else coalesce(labelled_share * (1 - arrived_share) / nullif(1 - labelled_share * arrived_share, 0), 0)
        end as late_share
    from (
        select likened_bins.*, coalesce(coverage.share, 1) as labelled_share, coalesce(arrived.of_all, 0) as arrived_share
        from likened_bins
        left join coverage on coverage.estimator = likened_bins.estimator and coverage.monitor = likened_bins.monitor
        left join arrived on arrived.monitor = likened_bins.monitor and arrived.age_windows = likened_bins.age_windows
    ) as aged_bins
),

-- all that a window has in a group of bins shares one expectation, and its error
score_groups as (
    select
        estimator, {{ key | join(', ') }}, score_group,
        max(late_share) as late_share, max(counts_known) as counts_known,
        {% for name in learned[1:] %}{% set column = 'n_learned' if name == 'n' else name %}max({{ column }}) as {{ column }}, {% endfor %}
        {% for name in known %}sum(counts_known * {{ name }}) as {{ name }}, {% endfor %}
        sum(n_predictions) as n_predictions, sum(case when n_near < 10 then n_predictions else 0 end) as n_unlike,
        cast(sum(n_predictions - counts_known * n_scored) as {{ mlmon.sql_type('double') }}) as n_waiting
    from awaited_bins
    group by estimator, {{ key | join(', ') }}, score_group
),

-- errors, those known and those expected
error_wholes as (
    select
        *,
        sum(n_scored + n_waiting * late_share) over ({{ window }}) as whole_n
        {%- for name, of in errors.items() %},
        sum(coalesce({{ of[0] }}, 0) + case when n_waiting * late_share > 0 then n_waiting * late_share * {{ of[1] }} else 0 end) over ({{ window }})
        / nullif(sum(n_scored + n_waiting * late_share) over ({{ window }}), 0) as {{ name }}
        {%- endfor %}
    from score_groups
),

-- of predictions whose label may come, and of the means that are expected of them
mean_errors as (
    select
        estimator, {{ key | join(', ') }}, sum(n_predictions) as n_scored_predictions, sum(n_unlike) as n_unlike,
        sum(coalesce(value_total, 0) + n_waiting * case when counts_known = 0 then 1 else late_share end * mean_value) as business_value
        {%- for name, of in errors.items() %},
        max({{ name }}) as {{ name }},
        sqrt(sum(
            n_waiting * late_share * ({{ of[2] }} + (1 - late_share) * ({{ mlmon.square(mlmon.at_most('abs(' ~ of[1] ~ ' - ' ~ name ~ ')', '1e144')) }}))
            + n_waiting * late_share * n_waiting * late_share * ({{ of[2] }} / nullif(n_learned, 0))
        )) / nullif(max(whole_n), 0) as {{ name }}_error
        {%- endfor %}
    from error_wholes
    group by estimator, {{ key | join(', ') }}
),

root_errors as (
    select
        mean_errors.*, sqrt(mse) as rmse,
        case when mse_error = 0 then 0 else mse_error / nullif(2 * sqrt(mse), 0) end as rmse_error
    from mean_errors
),

regression_bands as (
    select
        {%- for metric in mlmon.estimated_tasks().regression.metrics %}
        {{ mlmon.normal_band(metric, metric, metric ~ '_error', most=none) }},
        {%- endfor %}
        root_errors.*
    from root_errors
)
{%- endmacro %}
