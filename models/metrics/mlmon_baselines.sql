{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'baselines'}) }}
{{ mlmon.table_layout(by_window=false) }}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
-- depends_on: {{ ref('mlmon_calendar') }}
{%- set holidays = mlmon.has_holidays() %}
{#- how much they differ, two holidays cannot tell: the other days do -#}
{%- set deviating = 'case when pooled.phase >= ' ~ mlmon.first_holiday_phase() ~ ' then 0 else pooled.is_seasonal end' if holidays else 'pooled.is_seasonal' %}
{%- set of_the_reference = mlmon.metrics_with('baseline', 'reference', 'drift') %}
-- What the member windows of a baseline say of every number: the value over all of them, and how much they differ from each other. What is judged by a change
-- also has a row a phase, of the members on that day of the week (hour of the week for hourly windows), where these are weeks enough.
{%- set series = mlmon.series_key(without=['model_version']) %}
{%- set is_due = mlmon.is_of_reference_to_judge %}
with member_values as (
    {%- for kind, baseline in mlmon.pinned_baselines().items() %}
    select
        {% for name in series %}member.{{ name }}, {% endfor %}{{ mlmon.addable('member.value') }} as value, member.n, member.weight, member.standard_error,
        monitors.seasonal_weeks, monitors.min_reference_windows, monitors.dispersion_windows, {{ mlmon.phase_of('member') }} as phase
    from {{ ref('mlmon_measured') }} as member
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = member.monitor
    where member.compared_to = '{{ kind }}' and {{ baseline.members }} and {{ mlmon.is_normal('member') }} and member.model_version = 'all' and member.is_final and {{ is_due('member') }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

phased as {{ mlmon.materialized_cte() }} (
    {%- set columns = series | join(', ') ~ ', value, n, weight, standard_error, seasonal_weeks, min_reference_windows, dispersion_windows' %}
    select {{ columns }}, {{ mlmon.all_phases() }} as phase
    from member_values
    {%- if holidays %}
    where phase < {{ mlmon.first_holiday_phase() }}
    {%- endif %}
    union all
    select {{ columns }}, phase
    from member_values
    where phase <> {{ mlmon.all_phases() }}
),

{{ mlmon.member_statistics(series) }},

-- how many rows of a categorical column have a category that no row before had: as many as the reference has categories of a single row. Good (1953).
-- Bins of an earlier version know only how many categories are not among the most frequent
new_categories as (
    select bins.monitor, bins.column_name, bins.column_role, bins.n, counted.n as n_rows
    from (
        select monitor, column_name, column_role, max(coalesce(n_single, {{ mlmon.at_least('(n_categories - 100)', 0) }})) as n
        from {{ ref('mlmon_bins') }}
        where category is not null
        group by monitor, column_name, column_role
    ) as bins
    inner join (
        select monitor, column_name, column_role, sum(n) as n
        from {{ ref('mlmon_reference') }}
        where segment = 'overall' and bin <> 'null'
        group by monitor, column_name, column_role
    ) as counted on counted.monitor = bins.monitor and counted.column_name = bins.column_name and counted.column_role = bins.column_role
),

-- the pinned reference itself, for the columns it describes (a reference in a relation of its own has no windows)
pinned as (
    select
        reference.monitor, reference.segment, reference.segment_value, reference.column_name, reference.column_role,
        sum(reference.n) as n,
        {{ mlmon.ratio("sum(case when reference.bin = 'null' then reference.n else 0 end)", 'sum(reference.n)') }} as null_rate,
        {{ mlmon.ratio("sum(case when reference.bin = 'invalid' then reference.n else 0 end)", 'sum(reference.n)') }} as invalid_rate,
        {{ mlmon.ratio('max(new_categories.n)', 'max(new_categories.n_rows)') }} as unseen_rate,
        {{ mlmon.known_sum('reference.total', 'reference.minimum') }} / nullif(sum(case when reference.minimum is not null then reference.n end), 0) as mean,
        {{ mlmon.stddev_from_sums(
            'sum(case when reference.minimum is not null then reference.n end)',
            mlmon.known_sum('reference.total', 'reference.minimum'), mlmon.known_sum('reference.centered_sq', 'reference.minimum'), 'max(centers.center)') }} as stddev
    from {{ ref('mlmon_reference') }} as reference
    left join (
        select monitor, column_name, column_role, max(center) as center
        from {{ ref('mlmon_bins') }}
        group by monitor, column_name, column_role
    ) as centers
        on centers.monitor = reference.monitor and centers.column_name = reference.column_name and centers.column_role = reference.column_role
    left join new_categories
        on new_categories.monitor = reference.monitor and new_categories.column_name = reference.column_name and new_categories.column_role = reference.column_role
    {{ mlmon.only_declared_segments('reference') }}
    where {{ is_due('reference') }}
    group by reference.monitor, reference.segment, reference.segment_value, reference.column_name, reference.column_role
),

pinned_values as (
    select
        pinned.monitor, pinned.segment, pinned.segment_value, 'drift' as family, {{ mlmon.column_subject('pinned') }} as subject, pinned.column_role, metrics.metric,
        'reference' as compared_to,
        pinned.n,
        {{ mlmon.pick_metric(of_the_reference, 'pinned') }} as baseline
    from pinned
    cross join {{ mlmon.metric_rows(of_the_reference) }} as metrics
),

baselines as {{ mlmon.materialized_cte() }} (
    select
        {% for name in series %}pooled.{{ name }}, {% endfor %}pooled.phase, pooled.n_windows,
        case
            when pooled.is_seasonal = 1{% if holidays %} and (pooled.family <> 'drift' or pooled.metric in ({{ mlmon.text_literals(of_the_reference + mlmon.metrics_with('baseline', 'windows', 'drift')) }})){% endif %} then pooled.baseline
            when pinned_values.monitor is not null{% if holidays %} and pooled.is_seasonal = 0{% endif %} then pinned_values.baseline
            -- a distance from the reference has none to be compared with
            when pooled.family = 'drift' and pooled.metric not in ({{ mlmon.text_literals(mlmon.metrics_with('baseline', 'windows', 'drift')) }}) then null
            else pooled.baseline
        end as baseline,
        case when pooled.is_seasonal = 1 then pooled.n else coalesce(pinned_values.n, pooled.n) end as n,
        {{ mlmon.shown_statistics() }}
    from pooled
    left join deviations
        on {{ mlmon.same_row('deviations', 'pooled', series) }} and deviations.is_seasonal = {{ deviating }}
    left join pinned_values
        on {{ mlmon.same_row('pinned_values', 'pooled', series) }}
    union all
    select
        {% for name in series %}pinned_values.{{ name }}, {% endfor %}
        {{ mlmon.all_phases() }}, 0, pinned_values.baseline, pinned_values.n, null, null, null, null, null, null, null, 1.0, null, null
    from pinned_values
    left join pooled
        on {{ mlmon.same_row('pooled', 'pinned_values', series) }}
    where pooled.monitor is null and pinned_values.baseline is not null
)

{{ mlmon.with_estimate_baselines('baselines', mlmon.table_columns('mlmon_baselines') | map('first') | list) }}
