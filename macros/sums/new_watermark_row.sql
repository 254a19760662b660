{#- What has arrived in the logs of a monitor since the run that its watermark row tells of: one row.

    Arrival goes by `loaded_at` where the log has one: rows later than the mark are new, and so are all rows at the mark if
    their number changed (rows may share a `loaded_at`). Else by look-back: the last `lookback` windows up to the newest
    time seen, and all that comes after it, are taken as new each time. The mark is never ahead of the clock: one wrong
    year, and no later row would ever be looked at. How many rows are ahead is kept, so that one more is noticed.

    Whether an id is in more than one row is asked of the whole log where it is read as a whole. Later, mlmon_windows_to_read asks it of what a run reads. -#}
{% macro new_watermark_row(spec, watermark) %}
{%- set is_fresh = not watermark or watermark.sums_hash != spec.sums_hash %}
{#- rows may have been erased before a rebuild, and the newest with them -#}
{%- set from_nothing = is_fresh or mlmon.run_option('mlmon_rebuild', none) is not none %}
select
    {{ mlmon.text_literal(spec.name) }} as monitor,
    {{ mlmon.text_literal(spec.sums_hash) }} as sums_hash,
    {{ mlmon.text_literal(spec.rules_hash) }} as rules_hash,
    {{ mlmon.text_literal(watermark.reference_id if watermark else none) }} as reference_id,
    {{ mlmon.text_literal(spec.window) }} as time_window,
    {{ is_fresh | string | lower }} as is_fresh,
    {{ mlmon.has_new(spec.predictions, 'predictions', watermark.prediction_mark if watermark else none, watermark.n_predictions_at_mark, watermark.n_predictions_ahead, is_fresh) }} as has_new_predictions,
    {% if spec.labels -%}
    {{ mlmon.has_new(spec.labels, 'labels', watermark.label_mark if watermark else none, watermark.n_labels_at_mark, watermark.n_labels_ahead, is_fresh) }}
    {%- else %}false{% endif %} as has_new_labels,
    predictions.mark as prediction_mark,
    predictions.n_at_mark as n_predictions_at_mark,
    predictions.first_timestamp,
    predictions.newest as newest_prediction,
    {% if spec.labels %}labels.mark{% else %}{{ mlmon.timestamp_literal(none) }}{% endif %} as label_mark,
    {% if spec.labels %}labels.n_at_mark{% else %}cast(null as {{ dbt.type_bigint() }}){% endif %} as n_labels_at_mark,
    {% if spec.labels %}labels.newest{% else %}{{ mlmon.timestamp_literal(none) }}{% endif %} as newest_label,
    {% if spec.labels -%}
    case when labels.newest > predictions.newest then labels.newest else predictions.newest end
    {%- else %}predictions.newest{% endif %} as newest_timestamp,
    {{ mlmon.timestamp_literal(watermark.newest_timestamp if watermark else none) }} as previous_newest_timestamp,
    predictions.n_undated,
    {{ mlmon.ids_repeat_in_log(spec.log ~ ' as p', mlmon.prediction_id(spec), from_nothing, spec.predictions.loaded_at, watermark.has_copies) }} as has_copies,
    {% if spec.labels -%}
    {{ mlmon.ids_repeat_in_log(spec.label_log ~ ' as l', mlmon.label_id(spec), from_nothing, spec.labels.get('loaded_at'), watermark.has_label_copies) }}
    {%- else %}false{% endif %} as has_label_copies,
    {{ mlmon.timestamp_literal(watermark.pruned_before if watermark and watermark.time_window == spec.window else none) }} as pruned_before,
    predictions.n_rows as n_prediction_rows,
    predictions.n_ahead as n_predictions_ahead,
    predictions.n_unseen as n_predictions_unseen,
    {% for name in ['n_rows', 'n_ahead', 'n_unseen'] -%}
    {% if spec.labels %}labels.{{ name }}{% else %}cast(null as {{ dbt.type_bigint() }}){% endif %} as {{ name.replace('n_', 'n_label_' if name == 'n_rows' else 'n_labels_') }}{{ "," if not loop.last }}
    {% endfor -%}
from (
    {{ mlmon.log_watermark(spec.log ~ ' as p', mlmon.predicted_at(spec), mlmon.prediction_arrived_at(spec),
        none if from_nothing else watermark.prediction_mark, none if from_nothing else watermark.newest_prediction, none if from_nothing else watermark.first_timestamp, spec.predictions.loaded_at,
        none if from_nothing else watermark.n_prediction_rows, watermark.n_predictions_at_mark, watermark.n_predictions_ahead) }}
) as predictions
{%- if spec.labels %}
cross join (
    {{ mlmon.log_watermark(spec.label_log ~ ' as l', mlmon.labeled_at(spec), mlmon.label_arrived_at(spec),
        none if from_nothing else watermark.label_mark, none if from_nothing else watermark.newest_label, none, spec.labels.get('loaded_at'),
        none if from_nothing else watermark.n_label_rows, watermark.n_labels_at_mark, watermark.n_labels_ahead) }}
) as labels
{%- endif %}
{%- endmacro %}


{#- Whether rows came since the mark of the last finished run -> SQL, boolean. `ahead` is not known to the first version's watermark. -#}
{% macro has_new(log, alias, mark, n_at_mark, ahead, is_fresh) %}
    {%- if is_fresh or not log.get('loaded_at') or mark is none -%}{{ return('(' ~ alias ~ '.mark is not null)') }}{%- endif -%}
    {{ return('(' ~ alias ~ '.mark > ' ~ mlmon.timestamp_literal(mark) ~ ' or ' ~ alias ~ '.n_at_mark <> ' ~ n_at_mark
        ~ (' or ' ~ alias ~ '.n_ahead <> ' ~ ahead if ahead is not none else '') ~ ')') }}
{% endmacro %}


{#- The mark of a log and what lies at it, ahead of it and, of the rows before the last mark, what was not there then. -#}
{% macro log_watermark(source, timestamp, arrived, mark, newest, first, has_arrival_time, rows_then=none, at_mark_then=none, ahead_then=none) %}
    {%- set is_recent = arrived ~ (' >= ' ~ mlmon.timestamp_literal(mark) if mark is not none else ' is not null') %}
    select
        recent.mark,
        {{ mlmon.latest_known('recent.newest', newest) }} as newest,
        {{ mlmon.earliest_known('recent.first_timestamp', first) }} as first_timestamp,
        recent.n_at_mark,
        recent.n_ahead,
        whole.n_undated,
        whole.n_rows,
        {% if has_arrival_time and mark is not none and rows_then is not none -%}
        {%- set before_then = rows_then - (at_mark_then or 0) - (ahead_then or 0) -%}
        case when whole.n_rows - recent.n > {{ before_then }} then whole.n_rows - recent.n - ({{ before_then }}) else 0 end
        {%- else %}0{% endif %} as n_unseen
    from (
        select
            {% if mark is none %}max(latest.mark){% else %}{{ mlmon.latest_known('max(latest.mark)', mark) }}{% endif %} as mark,
            max({{ timestamp }}) as newest,
            min({{ timestamp }}) as first_timestamp,
            count(*) as n,
            coalesce(sum(case when {{ arrived }} = latest.mark then 1 else 0 end), 0) as n_at_mark,
            coalesce(sum(case when {{ arrived }} > latest.mark then 1 else 0 end), 0) as n_ahead
        from {{ source }}
        cross join (
            select
                coalesce(
                    max(case when {{ arrived }} <= {{ mlmon.timestamp_literal(mlmon.utc_now()) }} then {{ arrived }} end),
                    {{ 'min(' ~ arrived ~ ')' if mark is none else mlmon.timestamp_literal(mark) }}
                ) as mark
            from {{ source }}
            where {{ is_recent }}
        ) as latest
        where {{ is_recent }}
    ) as recent
    cross join (select count(*) as n_rows, coalesce(sum(case when {{ timestamp }} is null then 1 else 0 end), 0) as n_undated from {{ source }}) as whole
{% endmacro %}


{#- Whether an id is in more than one row of a log -> SQL, boolean: looked up where the whole log is read. Else what the run before found, which
    says nothing of rows that came since; true where it is not known, and where rows come without a time of arrival. -#}
{% macro ids_repeat_in_log(source, id, from_nothing, loaded_at, had_copies) %}
    {%- if from_nothing -%}{{ return(mlmon.ids_repeat(source, id)) }}{%- endif -%}
    {{ return('true' if had_copies is none or had_copies or not loaded_at else 'false') }}
{% endmacro %}


{#- Whether an id is in more than one row of a log -> SQL, boolean. `condition`: of which rows it is asked. -#}
{% macro ids_repeat(source, id, condition='1 = 1') %}
    {{ return('((select count(*) from (select ' ~ id ~ ' as id from ' ~ source ~ ' where ' ~ id ~ ' is not null and ' ~ condition
        ~ ' group by 1 having count(*) > 1) as repeated) > 0)') }}
{% endmacro %}


{#- The later, or the earlier, of a time and one that the run before saw, either of which may be missing. -#}
{% macro latest_known(expression, seen) %}
    {%- if seen is none -%}{{ return(expression) }}{%- endif -%}
    {%- set literal = mlmon.timestamp_literal(seen) -%}
    {{ return('greatest(coalesce(' ~ expression ~ ', ' ~ literal ~ '), ' ~ literal ~ ')') }}
{% endmacro %}

{% macro earliest_known(expression, seen) %}
    {%- if seen is none -%}{{ return(expression) }}{%- endif -%}
    {%- set literal = mlmon.timestamp_literal(seen) -%}
    {{ return('least(coalesce(' ~ expression ~ ', ' ~ literal ~ '), ' ~ literal ~ ')') }}
{% endmacro %}
