{#- The predictions of some windows that a person should look at, `review_size` a window: those in segments with an open error, and those that are
    close to another decision (`review_margin`); both before one of them. What is left to choose is chosen by a fingerprint of the id, so that the same
    log gives the same sample. Nothing but the id is kept. -#}
{% macro review_rows(spec, ranges) %}
{%- set monitor = mlmon.text_literal(spec.name) %}
{%- set names = mlmon.segment_columns(spec.profile_segments) %}
with {{ mlmon.log_ctes(spec, ranges) }},
predictions as {{ mlmon.materialized_rows() }} (
    select
        {{ mlmon.text_of(mlmon.p(spec, spec.predictions.id), spec.columns[spec.predictions.id | lower].family) }} as prediction_id,
        {{ mlmon.window_start(spec, mlmon.predicted_at(spec)) }} as window_start,
        {%- for name in names %}
        {{ mlmon.segment_column(spec, name) }} as segment_{{ loop.index }},
        {%- endfor %}
        case when {{ mlmon.task_rows(spec).near }} then 1 else 0 end as is_near
    from {{ mlmon.log_from(spec) }} as p
    where {{ mlmon.log_where(spec, ranges) }}
),

troubled as (
    select segment, segment_value, min(first_breach_at) as began, max(last_breach_at) as latest, count(*) as n_incidents, min(incident_id) as incident_id
    from {{ ref('mlmon_incidents') }}
    where monitor = {{ monitor }} and {{ mlmon.asks_for_review() }}
    group by segment, segment_value
),

-- a prediction once for each part it lies in that is in trouble
in_trouble as (
    {%- for segment in spec.profile_segments %}
    select
        predictions.prediction_id, predictions.window_start, predictions.is_near,
        {{ 1 if segment else 0 }} as is_part, {{ segment | length }} as n_columns,
        troubled.segment, troubled.segment_value, troubled.incident_id, troubled.n_incidents
    from predictions
    inner join troubled
        on troubled.segment = {{ mlmon.text_literal(mlmon.segment_name(segment)) }}
        and troubled.segment_value = {{ mlmon.segment_value(segment, names) }}
        and predictions.window_start >= troubled.began and predictions.window_start <= troubled.latest
    where predictions.prediction_id is not null
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),

-- the narrowest part speaks for it, then the one with the most incidents
candidates as (
    select
        *,
        row_number() over (partition by prediction_id order by n_columns desc, n_incidents desc, segment, segment_value) as part_place
    from in_trouble
),

sampled as (
    select
        *,
        row_number() over (
            partition by window_start order by is_near + is_part desc, is_part desc, {{ dbt.hash('prediction_id') }}, prediction_id
        ) as place
    from candidates
    where part_place = 1
)

select
    {{ monitor }} as monitor, prediction_id, window_start, {{ mlmon.window_end(spec.window, 'window_start') }} as window_end,
    incident_id, segment, segment_value,
    case
        when is_near + is_part = 2 then 'segment and threshold'
        when is_part = 1 then 'segment'
        when is_near = 1 then 'threshold'
        else 'sample'
    end as reason,
    place, {{ mlmon.timestamp_literal(run_started_at.strftime('%Y-%m-%d %H:%M:%S')) }} as queued_at
from sampled
where place <= {{ spec.review_size }}
{%- endmacro %}


{#- Whether an incident is one whose predictions a person should look at -> SQL condition. That reviews go badly asks for no more of them. -#}
{% macro asks_for_review() %}
    {{- return("status = 'open' and severity = 'error' and model_version = 'all' and metric <> 'data_problem' and (family <> 'operations' or subject <> 'review')") -}}
{% endmacro %}


{#- The windows that are due for review -> {monitor: ranges}: the last 7 of the monitor's open errors, less those that are in the queue. -#}
{% macro windows_to_review(specs) %}
    {%- set names = [] -%}
    {%- for spec in specs if 'review' in spec.on_error -%}{%- do names.append(mlmon.text_literal(spec.name)) -%}{%- endfor -%}
    {%- if not names or not execute -%}{{ return({}) }}{%- endif -%}
    {%- set query -%}
        select windows.monitor, windows.window_start, windows.window_end
        from (
            select
                calendar.monitor, calendar.window_start, calendar.window_end,
                row_number() over (partition by calendar.monitor order by calendar.window_start desc) as recency
            from {{ ref('mlmon_calendar') }} as calendar
            inner join (
                select monitor, min(first_breach_at) as began, max(last_breach_at) as latest
                from {{ ref('mlmon_incidents') }}
                where {{ mlmon.asks_for_review() }} and monitor in ({{ names | join(', ') }})
                group by monitor
            ) as troubled
                on troubled.monitor = calendar.monitor
                and calendar.window_start >= troubled.began and calendar.window_start <= troubled.latest
        ) as windows
        {%- if not mlmon.is_rebuild() %}
        left join (select distinct monitor, window_start from {{ this }}) as queued
            on queued.monitor = windows.monitor and queued.window_start = windows.window_start
        {%- endif %}
        where windows.recency <= 7{{ " and queued.monitor is null" if not mlmon.is_rebuild() }}
    {%- endset -%}
    {{ return(mlmon.ranges_of(query)) }}
{% endmacro %}
