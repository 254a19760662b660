{{ config(materialized=mlmon.view_kind()) }}
{%- set moves = mlmon.has_moving_baselines() %}
{%- set valued = mlmon.has_value() %}
{%- set series = mlmon.series_key(without=['model_version']) %}
-- depends_on: {{ ref('mlmon_moving_baselines') }}
-- depends_on: {{ ref('mlmon_value') }}
with measured as (
    select
        monitor, model_version, window_start, window_end, is_reference, segment, segment_value,
        family, subject, column_role, metric, compared_to, value, n
    from {{ ref('mlmon_measured') }}
    where subject <> 'review' or family <> 'operations'
    {%- if valued %}
    union all
    select
        monitor, model_version, window_start, window_end, is_reference, segment, segment_value,
        family, subject, column_role, metric, compared_to, value, n
    from (
        {{ mlmon.value_rows() }}
    ) as of_value
    {%- endif %}
    union all
    select
        monitor, model_version, window_start, window_end, is_reference, segment, segment_value,
        family, subject, column_role, metric, compared_to, value, n
    from (
        {{ mlmon.review_values(ref('mlmon_review_queue'), ref('mlmon_review_decisions')) }}
    ) as reviews
    where value is not null
)

select
    measured.monitor, measured.model_version, measured.window_start, measured.window_end, measured.is_reference,
    measured.segment, measured.segment_value, measured.family, measured.subject, measured.column_role, measured.metric, measured.compared_to,
    measured.value, {% if moves %}coalesce(moving.baseline, baselines.baseline) as baseline{% else %}baselines.baseline{% endif %}, measured.n
from measured
left join {{ ref('mlmon_baselines') }} as baselines
    on {{ mlmon.same_row('baselines', 'measured', series) }}
    and baselines.phase = {% if mlmon.has_holidays() %}coalesce({{ mlmon.holiday_phase('measured') }}, {{ mlmon.all_phases() }}){% else %}{{ mlmon.all_phases() }}{% endif %}
{%- if moves %}
left join {{ ref('mlmon_moving_baselines') }} as moving
    on {{ mlmon.same_row('moving', 'measured', series + ['window_start']) }} and moving.model_version = {{ mlmon.baseline_version('measured') }}
{%- endif %}
