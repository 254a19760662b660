{#- What has arrived in the logs of a monitor since the run that its ledger row tells of: one row.

    Arrival goes by `loaded_at` where the log has one: rows later than the mark are new, and so are all rows at the mark if
    their number changed (rows may share a `loaded_at`). Else by look-back: the last `lookback` windows up to the newest
    time seen, and all that comes after it, are taken as new each time. For this a time ahead of the clock is not the newest:
    one wrong year, and no later row would ever be looked at.

    Whether an id is in more than one row is asked of the whole log where it is read as a whole, and then of what arrives: a log without copies
    stays one until a row comes whose id is known. -#}
{% macro arrival_row(spec, ledger) %}
{%- set is_fresh = not ledger or ledger.sums_hash != spec.sums_hash %}
{#- rows may have been erased before a rebuild, and the newest with them -#}
{%- set from_nothing = is_fresh or var('mlmon_rebuild', none) is not none %}
select
    {{ mlmon.text_literal(spec.name) }} as monitor,
    {{ mlmon.text_literal(spec.sums_hash) }} as sums_hash,
    {{ mlmon.text_literal(spec.rules_hash) }} as rules_hash,
    {{ mlmon.text_literal(ledger.reference_id if ledger else none) }} as reference_id,
    {{ mlmon.text_literal(spec.window) }} as time_window,
    {{ is_fresh | string | lower }} as is_fresh,
    {{ mlmon.has_new(spec.predictions, 'predictions', ledger.prediction_mark if ledger else none, ledger.n_predictions_at_mark if ledger else none, is_fresh) }} as has_new_predictions,
    {% if spec.labels -%}
    {{ mlmon.has_new(spec.labels, 'labels', ledger.label_mark if ledger else none, ledger.n_labels_at_mark if ledger else none, is_fresh) }}
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
    {{ mlmon.timestamp_literal(ledger.newest_timestamp if ledger else none) }} as previous_newest_timestamp,
    predictions.n_undated,
    {{ mlmon.ids_repeat(spec.log ~ ' as p', mlmon.prediction_id(spec), mlmon.prediction_arrived_at(spec), spec.predictions.loaded_at, is_fresh,
        ledger.prediction_mark, ledger.has_copies) }} as has_copies,
    {% if spec.labels -%}
    {{ mlmon.ids_repeat(spec.label_log ~ ' as l', mlmon.label_id(spec), mlmon.label_arrived_at(spec), spec.labels.get('loaded_at'), is_fresh,
        ledger.label_mark, ledger.has_label_copies) }}
    {%- else %}false{% endif %} as has_label_copies,
    {{ mlmon.timestamp_literal(ledger.pruned_before if ledger and ledger.time_window == spec.window else none) }} as pruned_before
from (
    {{ mlmon.log_arrivals(spec.log ~ ' as p', mlmon.predicted_at(spec), mlmon.prediction_arrived_at(spec),
        none if from_nothing else ledger.prediction_mark, none if from_nothing else ledger.newest_prediction, none if from_nothing else ledger.first_timestamp, spec.predictions.loaded_at) }}
) as predictions
{%- if spec.labels %}
cross join (
    {{ mlmon.log_arrivals(spec.label_log ~ ' as l', mlmon.labeled_at(spec), mlmon.label_arrived_at(spec),
        none if from_nothing else ledger.label_mark, none if from_nothing else ledger.newest_label, none, spec.labels.get('loaded_at')) }}
) as labels
{%- endif %}
{%- endmacro %}


{% macro has_new(log, alias, mark, n_at_mark, is_fresh) %}
    {%- if is_fresh or not log.get('loaded_at') or mark is none -%}{{ return('(' ~ alias ~ '.mark is not null)') }}{%- endif -%}
    {{ return('(' ~ alias ~ '.mark > ' ~ mlmon.timestamp_literal(mark) ~ ' or ' ~ alias ~ '.n_at_mark <> ' ~ n_at_mark ~ ')') }}
{% endmacro %}


{% macro log_arrivals(source, timestamp, arrived, mark, newest, first, has_arrival_time) %}
    select
        {{ mlmon.latest_known('recent.mark', mark) }} as mark,
        {{ mlmon.latest_known('recent.newest', newest) }} as newest,
        {{ mlmon.earliest_known('recent.first_timestamp', first) }} as first_timestamp,
        recent.n_at_mark,
        undated.n_undated
    from (
        select
            {% if has_arrival_time -%}
            max(arrivals.arrived)
            {%- else -%}
            coalesce(
                max(case when arrivals.arrived <= {{ mlmon.timestamp_literal(mlmon.utc_now()) }} then arrivals.arrived end),
                {{ 'min(arrivals.arrived)' if mark is none else mlmon.timestamp_literal(mark) }}
            )
            {%- endif %} as mark,
            max(arrivals.newest) as newest,
            min(arrivals.first_timestamp) as first_timestamp,
            max(case when arrivals.place = 1 then arrivals.n end) as n_at_mark
        from (
            select
                {{ arrived }} as arrived,
                count(*) as n,
                max({{ timestamp }}) as newest,
                min({{ timestamp }}) as first_timestamp,
                row_number() over (order by {{ arrived }} desc) as place
            from {{ source }}
            where {{ arrived }} {{ '>= ' ~ mlmon.timestamp_literal(mark) if mark is not none else 'is not null' }}
            group by {{ arrived }}
        ) as arrivals
    ) as recent
    cross join (select count(*) as n_undated from {{ source }} where {{ timestamp }} is null) as undated
{% endmacro %}


{#- Whether an id is in more than one row of a log -> SQL, boolean; true where that is not known, as for rows that come without a time of arrival. -#}
{% macro ids_repeat(source, id, arrived, loaded_at, is_fresh, mark, had_copies) %}
    {%- if not is_fresh and (not loaded_at or mark is none or had_copies is none or had_copies) -%}{{ return('true') }}{%- endif -%}
    {%- set arriving = '1 = 1' if is_fresh else id ~ ' in (select ' ~ id ~ ' from ' ~ source ~ ' where ' ~ arrived ~ ' >= ' ~ mlmon.timestamp_literal(mark) ~ ')' -%}
    {{ return('exists (select 1 from ' ~ source ~ ' where ' ~ id ~ ' is not null and ' ~ arriving ~ ' group by ' ~ id ~ ' having count(*) > 1)') }}
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
