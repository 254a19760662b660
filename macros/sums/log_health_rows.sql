{#- What the logs themselves tell per window: copies, scores that do not count, latency, and the time from a prediction to its first label (hours).
    And of a task whose labels are numbers the quantiles of the error. Quantiles are exact: a quantile of quantiles is none, so this is computed from the rows of each
    window, version and segment. -#}
{% macro log_health_rows(spec, ranges) %}
{%- set segment_columns = mlmon.segment_columns(spec.profile_segments) %}
{%- set latency = mlmon.p_double(spec, spec.predictions.latency_ms) if spec.predictions.latency_ms else none %}
{%- set unknown = mlmon.double_literal(none) %}
{%- set invalid = mlmon.invalid_score(spec) %}
{%- set latencies = mlmon.group_quantiles('latency', [0.5, 0.95, 0.99]) if latency else [unknown, unknown, unknown] %}
{%- set error = mlmon.task_rows(spec).error if spec.labels else none %}
{%- set error_quantiles = mlmon.error_quantiles() %}
{%- set errors = mlmon.group_quantiles('error', error_quantiles | map(attribute='quantile') | list) if error else [unknown] * error_quantiles | length %}
{%- set quantiles, names = [], ['latency_p50', 'latency_p95', 'latency_p99', 'label_lag_p50', 'label_lag_p95'] + error_quantiles | map(attribute='metric') | list %}
{%- set lags = mlmon.group_quantiles('label_lag', [0.5, 0.95]) if spec.labels else [unknown, unknown] %}
{%- for expression in latencies + lags + errors %}{% do quantiles.append(expression ~ ' as ' ~ names[loop.index0]) %}{% endfor %}
with {{ mlmon.log_ctes(spec, ranges) }},
{%- if spec.labels %}
{{ mlmon.label_ctes(spec, mlmon.ids_in_ranges(spec, ranges)) }},
{%- endif %}
{%- if mlmon.has_copies(spec, 'predictions') %}
all_copies as {{ mlmon.materialized_rows() }} (
    select
        {{ mlmon.finest_keys(spec, segment_columns) }},
        count(*) as n_rows
    from {{ spec.log }} as p
    where {{ mlmon.in_log_ranges(spec, ranges) }}
    group by {% for i in range(1, 3 + segment_columns | length) %}{{ i }}{{ ", " if not loop.last }}{% endfor %}
),
{%- endif %}
measured as (
    select
        {{ mlmon.finest_keys(spec, segment_columns) }},
        {{ 'case when ' ~ invalid ~ ' then 1 else 0 end' if invalid else 'cast(null as ' ~ dbt.type_int() ~ ')' }} as is_invalid_score,
        {% if latency %}case when {{ mlmon.is_number(latency) }} then {{ latency }} end{% else %}{{ mlmon.double_literal(none) }}{% endif %} as latency,
        {% if spec.labels -%}
        {{ mlmon.seconds_between(mlmon.predicted_at(spec), 'l.mlmon_first_labeled_at') }} / 3600
        {%- else %}{{ mlmon.double_literal(none) }}{% endif %} as label_lag,
        {{ error or mlmon.double_literal(none) }} as error
    from {{ mlmon.log_from(spec) }} as p
    {%- if spec.labels %}
    left join label_log as l on {{ mlmon.label_id(spec) }} = {{ mlmon.prediction_id(spec) }}
    {%- endif %}
    where {{ mlmon.log_where(spec, ranges) }}
),
added_up as (
    {{ mlmon.add_up_in_one_pass('measured', spec.profile_segments, ['window_start'],
        ['count(*) as n_predictions', 'sum(is_invalid_score) as n_invalid_scores'] + quantiles, spec.predictions.version) }}
)
{%- if mlmon.has_copies(spec, 'predictions') %},
copies_added_up as (
    {{ mlmon.add_up('all_copies', spec.profile_segments, ['window_start'], ['sum(n_rows) as n_rows'], spec.predictions.version) }}
),
{#- a window may hold nothing but superseded copies -#}
complete as (
    select
        copies_added_up.window_start, copies_added_up.model_version, copies_added_up.segment, copies_added_up.segment_value,
        copies_added_up.n_rows, coalesce(added_up.n_predictions, 0) as n_predictions,
        {{ 'coalesce(added_up.n_invalid_scores, 0)' if invalid else 'added_up.n_invalid_scores' }} as n_invalid_scores,
        {% for name in names %}added_up.{{ name }}{{ ", " if not loop.last }}{% endfor %}
    from copies_added_up
    left join added_up
        on added_up.window_start = copies_added_up.window_start
        and added_up.model_version = copies_added_up.model_version
        and added_up.segment = copies_added_up.segment
        and added_up.segment_value = copies_added_up.segment_value
)
{%- else %},
complete as (
    select *, n_predictions as n_rows from added_up
)
{%- endif %}
select
    {{ mlmon.window_key(spec) }},
    n_rows, n_predictions, n_invalid_scores, {{ names | join(', ') }}
from complete
{% endmacro %}


{#- Labels by the window of their own time: how many ids, and how many of them no prediction has. -#}
{% macro label_health_rows(spec, ranges) %}
{%- set is_all_time = mlmon.is_all_time(ranges) %}
{%- set in_ranges = mlmon.in_ranges(mlmon.labeled_at(spec), ranges) %}
{%- set p_id = mlmon.prediction_id(spec) %}
with {{ mlmon.label_ctes(spec, 'select ' ~ mlmon.label_id(spec) ~ ' from ' ~ spec.label_log ~ ' as l where ' ~ in_ranges if not is_all_time else none, in_ranges) }},
labels_in_windows as (
    select {{ mlmon.window_start(spec, mlmon.labeled_at(spec)) }} as window_start, {{ mlmon.label_id(spec) }} as label_id
    from label_log as l
    where {{ in_ranges }} and {{ mlmon.labeled_at(spec) }} is not null
),
predicted as (
    select {{ p_id }} as prediction_id
    from {{ spec.log }} as p
    {%- if not is_all_time and not mlmon.joins_either_way() %}
    where {{ p_id }} in (select label_id from labels_in_windows)
    {%- endif %}
),
counted as (
    select window_start, count(*) as n_labels, 0 as n_orphan_labels
    from labels_in_windows
    group by window_start
    union all
    select labels.window_start, 0 as n_labels, count(*) as n_orphan_labels
    from labels_in_windows as labels
    where not exists (select 1 from predicted where predicted.prediction_id = labels.label_id)
    group by labels.window_start
),
added_up as (
    select window_start, sum(n_labels) as n_labels, sum(n_orphan_labels) as n_orphan_labels
    from counted
    group by window_start
)
select
    {{ mlmon.text_literal(spec.name) }} as monitor, cast('all' as {{ dbt.type_string() }}) as model_version,
    window_start, {{ mlmon.window_end(spec.window, 'window_start') }} as window_end,
    {% if spec.reference.start -%}
    (window_start >= {{ mlmon.timestamp_literal(spec.reference.start) }} and {{ mlmon.window_end(spec.window, 'window_start') }} <= {{ mlmon.timestamp_literal(spec.reference.end) }})
    {%- else %}false{% endif %} as is_reference,
    cast('overall' as {{ dbt.type_string() }}) as segment, cast('all' as {{ dbt.type_string() }}) as segment_value,
    n_labels, n_orphan_labels
from added_up
{% endmacro %}
