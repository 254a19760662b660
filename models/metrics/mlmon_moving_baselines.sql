{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'to_judge'}) }}
{{ mlmon.table_layout() }}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
-- depends_on: {{ ref('mlmon_calendar') }}
-- depends_on: {{ ref('mlmon_log_health') }}
-- depends_on: {{ ref('mlmon_monitors') }}
-- depends_on: {{ ref('mlmon_measured') }}
-- What the member windows of a baseline that moves say of every number, for each judged window: the value over all of them, and how much they differ from each other.
-- Windows of other phases than the judged one's say only the latter.
{%- set keys = mlmon.series_key(without=['model_version']) + ['member_version', 'window_start'] %}
{%- set versions = mlmon.compares_versions() %}
{%- set compared = mlmon.metrics_with('baseline', 'reference', 'drift') + mlmon.metrics_with('baseline', 'windows', 'drift') %}
{% if execute and mlmon.has_moving_baselines() -%}
with {% if versions -%}
version_members as {{ mlmon.materialized_cte() }} (
    {{ mlmon.version_members(judged=true) }}
),

{% endif -%}
members as (
    {{ mlmon.member_windows('version_members', judged=true) }}
),

phased as {{ mlmon.materialized_cte() }} (
    select
        {% for name in keys[:-2] %}measured.{{ name }}, {% endfor %}members.member_version, members.window_start, {{ mlmon.addable('measured.value') }} as value, measured.n, measured.weight, measured.standard_error,
        1 as seasonal_weeks, monitors.min_reference_windows, monitors.dispersion_windows,
        case when {{ mlmon.is_judged_by_phase('measured') }} = 1 then members.phase_of_week else members.phase end as phase
    from members
    inner join {{ ref('mlmon_measured') }} as measured
        on measured.monitor = members.monitor and measured.compared_to = members.compared_to and measured.window_start = members.member_start
        and measured.model_version = members.member_version and measured.is_final and {{ mlmon.near_windows_to_judge('measured', before=mlmon.windows_to_look_back()) }}
        and (measured.family <> 'drift' or measured.metric in ({{ mlmon.text_literals(compared) }})) and measured.family <> 'estimate'
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = members.monitor
    where members.is_member = 1
),

{{ mlmon.member_statistics(keys) }},

baselines as {{ mlmon.materialized_cte() }} (
    select
        pooled.monitor, {% if versions %}coalesce(version_members.window_start, pooled.window_start){% else %}pooled.window_start{% endif %} as window_start,
        {% for name in keys[1:-2] %}pooled.{{ name }}, {% endfor %}{% if versions %}coalesce(version_members.model_version, 'all'){% else %}'all'{% endif %} as model_version,
        pooled.n_windows, pooled.baseline, pooled.n,
        {{ mlmon.shown_statistics() }}
    from pooled
    left join deviations
        on {{ mlmon.same_row('deviations', 'pooled', keys) }} and deviations.is_seasonal = pooled.is_seasonal
    {%- if versions %}
    left join version_members
        on {{ mlmon.same_row('version_members', 'pooled', ['monitor', 'compared_to', 'member_version']) }} and version_members.last_start = pooled.window_start
    {%- endif %}
    where pooled.phase = 0
)

{{ mlmon.with_estimate_baselines('baselines', mlmon.table_columns('mlmon_moving_baselines') | map('first') | list) }}
{%- else -%}
{{ mlmon.empty_rows('mlmon_moving_baselines') }}
{%- endif %}
