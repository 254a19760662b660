{#- What has arrived in the logs of a monitor since the run that its watermark row tells of: one row.

    Arrival goes by `loaded_at` where the log has one: rows later than the mark are new, and so are all rows at the mark if
    their number changed (rows may share a `loaded_at`). Else by look-back: the last `lookback` windows up to the newest
    time seen, and all that comes after it, are taken as new each time. The mark is never ahead of the clock: one wrong
    year, and no later row would ever be looked at. How many rows are ahead is kept, so that one more is noticed.

    Whether an id is in more than one row is asked of the whole log where it is read as a whole. Later, mlmon_windows_to_read asks it of what a run reads. -#}
{% macro new_watermark_row(spec, watermark) %}
{%- set watermark = watermark or {} %}
{%- set is_fresh = watermark.sums_hash != spec.sums_hash %}
{#- rows may have been erased before a rebuild, and the newest with them -#}
{%- set from_nothing = is_fresh or mlmon.run_option('mlmon_rebuild', none) is not none %}
{%- set logs = mlmon.watched_logs(spec, watermark) %}
{%- set labels = 'labels' in logs %}
{%- set no_count = 'cast(null as ' ~ dbt.type_bigint() ~ ')' %}
select
    {{ mlmon.text_literal(spec.name) }} as monitor,
    {{ mlmon.text_literal(spec.sums_hash) }} as sums_hash,
    {{ mlmon.text_literal(spec.rules_hash ~ ('-' ~ local_md5(mlmon.holiday_days(spec.holidays) | join) if mlmon.relation_parts(spec.holidays) is not none else '')) }} as rules_hash,
    {{ mlmon.text_literal(watermark.get('reference_id')) }} as reference_id,
    {{ mlmon.text_literal(spec.window) }} as time_window,
    {{ is_fresh | string | lower }} as is_fresh,
    {{ mlmon.has_new('predictions', logs.predictions, is_fresh) }} as has_new_predictions,
    {{ mlmon.has_new('labels', logs.labels, is_fresh) if labels else 'false' }} as has_new_labels,
    predictions.mark as prediction_mark,
    predictions.n_at_mark as n_predictions_at_mark,
    predictions.first_timestamp,
    predictions.newest as newest_prediction,
    {{ 'labels.mark' if labels else mlmon.timestamp_literal(none) }} as label_mark,
    {{ 'labels.n_at_mark' if labels else no_count }} as n_labels_at_mark,
    {{ 'labels.newest' if labels else mlmon.timestamp_literal(none) }} as newest_label,
    {{ 'case when labels.newest > predictions.newest then labels.newest else predictions.newest end' if labels else 'predictions.newest' }} as newest_timestamp,
    {{ mlmon.timestamp_literal(watermark.get('newest_timestamp')) }} as previous_newest_timestamp,
    predictions.n_undated,
    {{ mlmon.ids_repeat_in_log(logs.predictions, from_nothing) }} as has_copies,
    {{ mlmon.ids_repeat_in_log(logs.labels, from_nothing) if labels else 'false' }} as has_label_copies,
    {{ mlmon.timestamp_literal(watermark.pruned_before if watermark.time_window == spec.window else none) }} as pruned_before,
    predictions.n_rows as n_prediction_rows,
    predictions.n_ahead as n_predictions_ahead,
    predictions.n_unseen as n_predictions_unseen,
    {{ 'labels.n_rows' if labels else no_count }} as n_label_rows,
    {{ 'labels.n_ahead' if labels else no_count }} as n_labels_ahead,
    {{ 'labels.n_unseen' if labels else no_count }} as n_labels_unseen
from (
    {{ mlmon.log_watermark(logs.predictions, from_nothing) }}
) as predictions
{%- if labels %}
cross join (
    {{ mlmon.log_watermark(logs.labels, from_nothing) }}
) as labels
{%- endif %}
{%- endmacro %}


{#- The logs of a monitor -> {predictions, labels (where it has them)}, each {source, id, at, arrived_at (SQL), loaded_at (its column, if any), lookback,
    seen: what the run that the watermark tells of saw of it}. The log of labels need not tell of its first row. -#}
{% macro watched_logs(spec, watermark) %}
    {%- set logs = {'predictions': {
        'source': spec.log ~ ' as p', 'id': mlmon.prediction_id(spec), 'at': mlmon.predicted_at(spec),
        'arrived_at': mlmon.prediction_arrived_at(spec), 'loaded_at': spec.predictions.loaded_at, 'lookback': spec.predictions.lookback,
        'seen': {
            'mark': watermark.get('prediction_mark'), 'newest': watermark.get('newest_prediction'), 'first': watermark.get('first_timestamp'),
            'n_rows': watermark.get('n_prediction_rows'), 'n_at_mark': watermark.get('n_predictions_at_mark'),
            'n_ahead': watermark.get('n_predictions_ahead'), 'has_copies': watermark.get('has_copies')
        }
    }} -%}
    {%- if spec.labels -%}
        {%- do logs.update({'labels': {
            'source': spec.label_log ~ ' as l', 'id': mlmon.label_id(spec), 'at': mlmon.labeled_at(spec),
            'arrived_at': mlmon.label_arrived_at(spec), 'loaded_at': spec.labels.get('loaded_at'), 'lookback': spec.labels.lookback,
            'seen': {
                'mark': watermark.get('label_mark'), 'newest': watermark.get('newest_label'), 'first': none,
                'n_rows': watermark.get('n_label_rows'), 'n_at_mark': watermark.get('n_labels_at_mark'),
                'n_ahead': watermark.get('n_labels_ahead'), 'has_copies': watermark.get('has_label_copies')
            }
        }}) -%}
    {%- endif -%}
    {{ return(logs) }}
{% endmacro %}


{#- Whether rows came since the mark of the last finished run -> SQL, boolean. `n_ahead` is not known to the first version's watermark. -#}
{% macro has_new(alias, log, is_fresh) %}
    {%- if is_fresh or not log.loaded_at or log.seen.mark is none -%}{{ return('(' ~ alias ~ '.mark is not null)') }}{%- endif -%}
    {{ return('(' ~ alias ~ '.mark > ' ~ mlmon.timestamp_literal(log.seen.mark) ~ ' or ' ~ alias ~ '.n_at_mark <> ' ~ log.seen.n_at_mark
        ~ (' or ' ~ alias ~ '.n_ahead <> ' ~ log.seen.n_ahead if log.seen.n_ahead is not none else '') ~ ')') }}
{% endmacro %}


{#- The mark of a log and what lies at it, ahead of it and, of the rows before the last mark, what was not there then. -#}
{% macro log_watermark(log, from_nothing) %}
    {%- set seen = {} if from_nothing else log.seen %}
    {%- set mark = seen.get('mark') %}
    {%- set is_recent = log.arrived_at ~ (' >= ' ~ mlmon.timestamp_literal(mark) if mark is not none else ' is not null') %}
    select
        recent.mark,
        {{ mlmon.latest_known('recent.newest', seen.get('newest')) }} as newest,
        {{ mlmon.earliest_known('recent.first_timestamp', seen.get('first')) }} as first_timestamp,
        recent.n_at_mark,
        recent.n_ahead,
        whole.n_undated,
        whole.n_rows,
        {% if log.loaded_at and mark is not none and seen.n_rows is not none -%}
        {%- set before_then = seen.n_rows - (seen.n_at_mark or 0) - (seen.n_ahead or 0) -%}
        case when whole.n_rows - recent.n > {{ before_then }} then whole.n_rows - recent.n - ({{ before_then }}) else 0 end
        {%- else %}0{% endif %} as n_unseen
    from (
        select
            {% if mark is none %}max(latest.mark){% else %}{{ mlmon.latest_known('max(latest.mark)', mark) }}{% endif %} as mark,
            max({{ log.at }}) as newest,
            min({{ log.at }}) as first_timestamp,
            count(*) as n,
            coalesce(sum(case when {{ log.arrived_at }} = latest.mark then 1 else 0 end), 0) as n_at_mark,
            coalesce(sum(case when {{ log.arrived_at }} > latest.mark then 1 else 0 end), 0) as n_ahead
        from {{ log.source }}
        cross join (
            select
                coalesce(
                    max(case when {{ log.arrived_at }} <= {{ mlmon.timestamp_literal(mlmon.utc_now()) }} then {{ log.arrived_at }} end),
                    {{ 'min(' ~ log.arrived_at ~ ')' if mark is none else mlmon.timestamp_literal(mark) }}
                ) as mark
            from {{ log.source }}
            where {{ is_recent }}
        ) as latest
        where {{ is_recent }}
    ) as recent
    cross join (select count(*) as n_rows, coalesce(sum(case when {{ log.at }} is null then 1 else 0 end), 0) as n_undated from {{ log.source }}) as whole
{% endmacro %}


{#- Whether an id is in more than one row of a log -> SQL, boolean: looked up where the whole log is read. Else what the run before found, which
    says nothing of rows that came since; true where it is not known, and where rows come without a time of arrival. -#}
{% macro ids_repeat_in_log(log, from_nothing) %}
    {%- if from_nothing -%}{{ return(mlmon.ids_repeat(log.source, log.id)) }}{%- endif -%}
    {{ return('true' if log.seen.has_copies is none or log.seen.has_copies or not log.loaded_at else 'false') }}
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
