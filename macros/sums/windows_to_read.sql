{#- What has arrived, by monitor -> {monitor: row of mlmon_new_watermarks as a mapping, with `reference_now`, the id of the bins in force}. -#}
{% macro new_watermarks() %}
    {%- set rows = {} -%}
    {%- if execute -%}
        {%- set query -%}
            select
                {%- for name, type in mlmon.watermark_columns() %}
                {{ mlmon.timestamp_text('new_watermarks.' ~ name) ~ ' as ' ~ name if type == 'timestamp' else 'new_watermarks.' ~ name }},
                {%- endfor %}
                bins.reference_id as reference_now
            from {{ ref('mlmon_new_watermarks') }} as new_watermarks
            left join ({{ mlmon.references_in_force() }}) as bins
                on bins.monitor = new_watermarks.monitor
        {%- endset -%}
        {%- for row in mlmon.query_rows(query) -%}
            {%- do rows.update({row.monitor: row}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(rows) }}
{% endmacro %}


{#- The monitors that something arrived for, or that are computed anew -> list of names -#}
{% macro monitors_to_read(new_watermarks) %}
    {%- set names = [] -%}
    {%- for name, new_watermark in new_watermarks.items() if mlmon.run_option('mlmon_rebuild', none) or new_watermark.is_fresh or new_watermark.has_new_predictions or new_watermark.has_new_labels
            or new_watermark.reference_now != new_watermark.reference_id -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}


{#- The windows of a monitor that have to be computed again, as rows of mlmon_windows_to_read, each select with `union all` before it.

    All of them where the monitor is new, its configuration or its bins changed; those between two moments where `mlmon_rebuild`
    asks for it; else exactly those that something arrived for: windows of new predictions and of the other copies of
    their ids, windows of the predictions that new labels belong to, and (for the count of orphans) the windows that those labels
    themselves lie in. -#}
{% macro windows_to_read(spec, new_watermark, watermark, kept) %}
{%- set rebuild = mlmon.run_option('mlmon_rebuild', none) -%}
{%- set copies = mlmon.copies_of(spec, new_watermark, is_searched=new_watermark.is_fresh or rebuild is not none) -%}
{%- if new_watermark.is_fresh or new_watermark.reference_now != new_watermark.reference_id -%}
    {#- Windows that the logs no longer hold stay as they are, unless the windows or the rows in them are others now. -#}
    {%- set keeps_history = watermark is not none and watermark and watermark.time_window == spec.window and not flags.FULL_REFRESH
        and not mlmon.part_changed(watermark.sums_hash, spec.sums_hash, 0) -%}
    {%- set start = new_watermark.first_timestamp if keeps_history and new_watermark.first_timestamp is not none else '1000-01-01 00:00:00' -%}
    {{ mlmon.kept_windows_to_read(spec, mlmon.truncate_timestamp(spec.window, mlmon.timestamp_literal(start)), mlmon.timestamp_literal('9999-01-01 00:00:00'), kept,
        copies, whole_log=true) }}
    {%- if keeps_history and spec.labels and mlmon.part_changed(watermark.sums_hash, spec.sums_hash, 1) %}
    union all
    select
        {{ mlmon.text_literal(spec.name) }} as monitor, {{ mlmon.timestamp_literal('1000-01-01 00:00:00') }} as window_start,
        {{ mlmon.truncate_timestamp(spec.window, mlmon.timestamp_literal(start)) }} as window_end,
        false as in_predictions, false as in_outcomes, true as in_label_log, true as is_whole_log, false as is_gone,
        {{ copies.predictions }} as has_copies, {{ copies.labels }} as has_label_copies
    {%- endif %}
{%- else -%}
    {%- set parts = [] -%}
    {%- if rebuild -%}
        {#- an end that is not given is that of the logs; windows are replaced whole, so that an end within one takes in all of it -#}
        {%- set start = mlmon.moment(rebuild.get('start')) or new_watermark.first_timestamp -%}
        {%- set until = mlmon.timestamp_literal(mlmon.moment(rebuild.get('end')) or new_watermark.newest_timestamp) -%}
        {%- set last_window = mlmon.truncate_timestamp(spec.window, until) -%}
        {%- set after_last = mlmon.window_after(spec.window, last_window, 1) -%}
        {%- set end = 'case when ' ~ last_window ~ ' = ' ~ until ~ ' then ' ~ until ~ ' else ' ~ after_last ~ ' end' if rebuild.get('end') else after_last -%}
        {%- if kept and rebuild.get('start') and start < kept.pruned_before -%}
            {%- do exceptions.warn("mlmon: monitor '" ~ spec.name ~ "': windows before " ~ kept.pruned_before[:16] ~ " were pruned and are not rebuilt; "
                ~ "`mlmon run --monitor " ~ spec.name ~ " --full-refresh` brings back what its logs still hold") -%}
        {%- endif -%}
        {%- if start is not none and new_watermark.newest_timestamp is not none -%}
            {%- do parts.append(mlmon.kept_windows_to_read(spec, mlmon.truncate_timestamp(spec.window, mlmon.timestamp_literal(start)), end, kept, copies)) -%}
        {%- endif -%}
    {%- endif -%}
    {%- if new_watermark.has_new_predictions or new_watermark.has_new_labels -%}
        {%- do parts.append('union all\n' ~ mlmon.touched_windows(spec, new_watermark, watermark, kept, rebuild is not none)) -%}
    {%- endif -%}
    {{ parts | join('\n') }}
{%- endif -%}
{% endmacro %}


{#- A stretch of time as far as its windows were not pruned, each select with `union all` before it. Of a whole log, what lies before is deleted all the
    same: windows of a reference that is another one now. -#}
{% macro kept_windows_to_read(spec, start, end, kept, copies, whole_log=false) %}
{%- if not kept %}
    union all
    {{ mlmon.window_to_read(spec, start, end, copies, whole_log) }}
{%- else %}
    {%- for first, last in kept.ranges %}
    {%- set first = mlmon.timestamp_literal(first) %}
    {%- set last = mlmon.timestamp_literal(last) %}
    union all
    select * from (
        {{ mlmon.window_to_read(spec, 'case when ' ~ start ~ ' > ' ~ first ~ ' then ' ~ start ~ ' else ' ~ first ~ ' end',
            'case when ' ~ end ~ ' < ' ~ last ~ ' then ' ~ end ~ ' else ' ~ last ~ ' end', copies, whole_log) }}
    ) as stretch
    where stretch.window_start < stretch.window_end
    {%- endfor %}
    {%- if whole_log %}
    union all
    {{ mlmon.window_to_read(spec, start, mlmon.timestamp_literal(kept.ranges[-1][0]), copies, whole_log, is_gone=true) }}
    {%- endif %}
{%- endif %}
{% endmacro %}


{% macro window_to_read(spec, start, end, copies, whole_log=false, is_gone=false) %}
select
    {{ mlmon.text_literal(spec.name) }} as monitor, {{ start }} as window_start, {{ end }} as window_end,
    true as in_predictions, true as in_outcomes, {{ 'true' if spec.labels else 'false' }} as in_label_log,
    {{ whole_log | string | lower }} as is_whole_log, {{ is_gone | string | lower }} as is_gone,
    {{ copies.predictions }} as has_copies, {{ copies.labels }} as has_label_copies
{% endmacro %}


{#- Whether ids repeat in what is read -> {'predictions': SQL, 'labels': SQL}, booleans. Arrivals have searched the whole log where it is read for the first
    time; else a log without copies in the last run is searched again. `predictions`, `labels`: conditions that say which rows are read. -#}
{% macro copies_of(spec, new_watermark, is_searched, predictions='1 = 1', labels='1 = 1') %}
    {%- set found = {'predictions': 'true' if new_watermark.has_copies else 'false', 'labels': 'true' if new_watermark.has_label_copies else 'false'} -%}
    {%- if not is_searched and not new_watermark.has_copies -%}
        {%- do found.update({'predictions': mlmon.ids_repeat(spec.log ~ ' as p', mlmon.prediction_id(spec), predictions)}) -%}
    {%- endif -%}
    {%- if not is_searched and spec.labels and not new_watermark.has_label_copies -%}
        {%- do found.update({'labels': mlmon.ids_repeat(spec.label_log ~ ' as l', mlmon.label_id(spec), labels)}) -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}


{#- Where no id repeated so far, the ids of all rows in the touched windows are looked up in the whole log: rows may have come that nobody saw arrive, and
    how many rows there are tells nothing where others are erased. -#}
{% macro touched_windows(spec, new_watermark, watermark, kept, is_searched) %}
{%- set logs = mlmon.watched_logs(spec, watermark) %}
{%- set p_id = mlmon.prediction_id(spec) %}
{%- set p_window = mlmon.window_start(spec, mlmon.predicted_at(spec)) %}
{%- if spec.labels %}
{%- set l_id = mlmon.label_id(spec) %}
{%- set l_window = mlmon.window_start(spec, mlmon.labeled_at(spec)) %}
{%- endif %}
select
    {{ mlmon.text_literal(spec.name) }} as monitor, touched.window_start,
    {{ mlmon.window_end(spec.window, 'touched.window_start') }} as window_end,
    touched.in_predictions, touched.in_outcomes, touched.in_label_log,
    false as is_whole_log, false as is_gone,
    touched.has_copies, touched.has_label_copies
from (
    with new_predictions as (
        select {{ p_id }} as prediction_id, {{ p_window }} as window_start
        from {{ spec.log }} as p
        where {{ mlmon.arrived_since(spec, logs.predictions, new_watermark.has_new_predictions) }}
    ),
    {%- if spec.labels %}
    new_labels as (
        select {{ l_id }} as prediction_id, {{ l_window }} as window_start
        from {{ spec.label_log }} as l
        where {{ mlmon.arrived_since(spec, logs.labels, new_watermark.has_new_labels) }}
    ),
    {%- endif %}
    marked as (
        select window_start, 1 as in_predictions, 1 as in_outcomes, 0 as in_label_log from new_predictions
        union all
        select {{ p_window }}, 1, 1, 0
        from {{ spec.log }} as p
        where {{ p_id }} in (select prediction_id from new_predictions where prediction_id is not null)
        {%- if spec.labels %}
        union all
        select {{ p_window }}, 0, 1, 0
        from {{ spec.log }} as p
        where {{ p_id }} in (select prediction_id from new_labels where prediction_id is not null)
        union all
        select window_start, 0, 0, 1 from new_labels
        union all
        select {{ l_window }}, 0, 0, 1
        from {{ spec.label_log }} as l
        where {{ l_id }} in (
            select prediction_id from new_labels where prediction_id is not null
            union all
            select prediction_id from new_predictions where prediction_id is not null
        )
        {%- endif %}
    ),
    windows as {{ mlmon.materialized_cte() }} (
        select
            marked.window_start,
            max(marked.in_predictions) = 1 as in_predictions,
            max(marked.in_outcomes) = 1 as in_outcomes,
            max(marked.in_label_log) = 1 as in_label_log
        from marked
        where marked.window_start is not null
        {%- if kept %} and {{ mlmon.in_ranges('marked.window_start', kept.ranges) }}{% endif %}
        group by marked.window_start
    )
    {%- set copies = mlmon.copies_of(spec, new_watermark, is_searched, p_id ~ ' in (select ids_read.id from ids_read)', (l_id or '') ~ ' in (select ids_read.id from ids_read)') %}
    {%- if 'ids_read' in copies.predictions ~ copies.labels %},
    ids_read as {{ mlmon.materialized_cte() }} (
        select {{ p_id }} as id from {{ spec.log }} as p where {{ p_window }} in (select windows.window_start from windows where windows.in_outcomes)
        {%- if spec.labels %}
        union all
        select {{ l_id }} from {{ spec.label_log }} as l where {{ l_window }} in (select windows.window_start from windows where windows.in_label_log)
        {%- endif %}
    )
    {%- endif %}
    select windows.*, copies.has_copies, copies.has_label_copies
    from windows
    cross join (select {{ copies.predictions }} as has_copies, {{ copies.labels }} as has_label_copies) as copies
) as touched
{% endmacro %}


{#- A row of a log, as `watched_logs` has it, arrived after the last finished run -> SQL condition. -#}
{% macro arrived_since(spec, log, has_new) %}
    {%- if not has_new -%}{{ return('1 = 0') }}{%- endif -%}
    {%- if log.seen.mark is none -%}{{ return('1 = 1') }}{%- endif -%}
    {%- set mark = mlmon.timestamp_literal(log.seen.mark) -%}
    {%- if log.loaded_at -%}
        {{ return('(' ~ log.arrived_at ~ ' > ' ~ mark ~ ' or (' ~ log.arrived_at ~ ' = ' ~ mark
            ~ ' and (select count(*) from ' ~ log.source ~ ' where ' ~ log.arrived_at ~ ' = ' ~ mark ~ ') <> ' ~ log.seen.n_at_mark ~ '))') }}
    {%- endif -%}
    {{ return(log.arrived_at ~ ' >= ' ~ mlmon.window_after(spec.window, mlmon.truncate_timestamp(spec.window, mark), 1 - log.lookback)) }}
{% endmacro %}


{#- The end of the window that starts then. -#}
{% macro window_end(window, window_start) %}{{ return(mlmon.window_after(window, window_start, 1)) }}{% endmacro %}


{#- The start of the window that comes `n` windows after the one that starts then. -#}
{% macro window_after(window, window_start, n) %}
    {{ return(mlmon.add_time(window, n, window_start)) }}
{% endmacro %}
