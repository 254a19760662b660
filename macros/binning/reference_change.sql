{#- What a run does with the reference of a monitor whose columns are bound -> {kind, why}. `kind`:

    same: it stays. taken: it is taken, the first time or anew, for its configuration changed or `mlmon_rebaseline` asks for it.
    kept: it would be taken anew, but the log no longer holds all of it, and what is pinned still serves.
    lost: it would be taken anew, and cannot be. `why` says so for people; the run stops.

    `known`: its row of `taken_references`, `watermark` that of `watermark_rows`; none where there is none. -#}
{% macro reference_change(spec, known, watermark) %}
    {%- set is_asked = mlmon.run_option('mlmon_rebaseline', false) -%}
    {%- if known is none -%}{{ return({'kind': 'taken', 'why': none}) }}{%- endif -%}
    {%- if mlmon.keeps_reference(spec, known) -%}{{ return({'kind': 'same', 'why': none}) }}{%- endif -%}
    {%- if known.is_provisional -%}{{ return({'kind': 'taken', 'why': none}) }}{%- endif -%}
    {%- set found = mlmon.reference_rows_left(spec, known, watermark) -%}
    {%- if found.n > 0 and (is_asked or not found.is_cut) -%}{{ return({'kind': 'taken', 'why': none}) }}{%- endif -%}
    {%- set period = mlmon.relation_text(spec.reference.relation) if spec.reference.relation else spec.reference.start[:16] ~ ' to ' ~ spec.reference.end[:16] -%}
    {%- set left = 'has no rows' if not found.last_at else ('covers ' ~ found.first_at[:16] ~ ' to ' ~ found.last_at[:16]) -%}
    {%- if not is_asked and not mlmon.part_changed(known.reference_id, spec.reference_hash, 0) and known.reference_id.split('-') | length > 2
            and mlmon.is_reference_of(spec) -%}
        {{ return({'kind': 'kept', 'why': "the reference (" ~ period ~ ") is kept as computed: " ~ mlmon.relation_text(spec.predictions.relation) ~ " " ~ left ~ " and no longer holds all of it"}) }}
    {%- endif -%}
    {{ return({'kind': 'lost', 'why': ("has no rows in " if found.n == 0 else "is no longer whole: rows are gone from ") ~ period ~ ", from which the reference would be recomputed because "
        ~ ('--rebaseline was given' if is_asked else 'the period, its columns or its segments changed') ~ "; " ~ mlmon.relation_text(spec.reference.relation or spec.predictions.relation) ~ ' ' ~ left
        ~ ". Nothing was changed. Choose a period that the log holds, or a relation with those rows, or undo the change"}) }}
{% endmacro %}


{#- Whether the reference that was taken is the one that the configuration means, and nobody asks for it anew. -#}
{% macro keeps_reference(spec, known) %}{{ return(known.reference_id.startswith(spec.reference_hash) and not mlmon.run_option('mlmon_rebaseline', false)) }}{% endmacro %}


{#- How many rows of a reference there are, from when to when the log reaches, and whether it once held more of the reference -> {n, first_at, last_at, is_cut}.
    The same reference had as many rows when it was taken, but for a few that came late or were erased; of another, windows were seen that are gone. -#}
{% macro reference_rows_left(spec, known, watermark) %}
    {%- if spec.reference_log is not none -%}
        {%- set n = run_query('select count(*) from ' ~ spec.reference_log).rows[0][0] | int -%}
        {{ return({'n': n, 'first_at': none, 'last_at': none, 'is_cut': false}) }}
    {%- endif -%}
    {%- set at = mlmon.predicted_at(spec) -%}
    {%- set query -%}
        select
            coalesce(sum(case when {{ mlmon.in_ranges(at, spec.reference.ranges) }} then 1 else 0 end), 0) as n,
            {{ mlmon.timestamp_text('min(' ~ at ~ ')') }} as first_at, {{ mlmon.timestamp_text('max(' ~ at ~ ')') }} as last_at,
            {{ mlmon.timestamp_text(mlmon.window_start(spec, 'min(' ~ at ~ ')')) }} as first_window
        from {{ spec.log }} as p
    {%- endset -%}
    {%- set row = mlmon.query_rows(query)[0] -%}
    {%- set is_cut = false -%}
    {%- if not mlmon.part_changed(known.reference_id, spec.reference_hash, 0) -%}
        {%- set taken = mlmon.model_relation('mlmon_reference') -%}
        {%- set n_taken = run_query("select sum(n) from " ~ taken ~ " where column_role = '" ~ mlmon.task_rows(spec).columns[0].role ~ "' and segment = 'overall' and monitor = " ~ mlmon.text_literal(spec.name)).rows[0][0]
            if taken is not none else none -%}
        {%- set is_cut = row.n < 0.95 * ((n_taken or 0) | float) -%}
    {%- elif watermark and not mlmon.part_changed(watermark.sums_hash, spec.sums_hash, 0) and mlmon.model_relation('mlmon_log_health') is not none -%}
        {%- set seen = run_query("select " ~ mlmon.timestamp_text('min(window_start)') ~ " from " ~ mlmon.model_relation('mlmon_log_health') ~ " where monitor = "
            ~ mlmon.text_literal(spec.name) ~ " and window_end > " ~ mlmon.timestamp_literal(spec.reference.start)).rows[0][0] -%}
        {%- set is_cut = seen is not none and row.first_window is not none and row.first_window > seen -%}
    {%- endif -%}
    {{ return({'n': row.n, 'first_at': row.first_at, 'last_at': row.last_at, 'is_cut': is_cut}) }}
{% endmacro %}


{#- Whether the pinned reference has all columns, of the same kind, and all segments that the configuration names. -#}
{% macro is_reference_of(spec) %}
    {%- set relation = mlmon.model_relation('mlmon_reference') -%}
    {%- if relation is none -%}{{ return(false) }}{%- endif -%}
    {%- set query -%}
        select
            column_role, column_name, segment, max(case when category is not null then 1 else 0 end) as is_categorical,
            max(case when lower is not null or upper is not null then 1 else 0 end) as is_numeric
        from {{ relation }}
        where monitor = {{ mlmon.text_literal(spec.name) }}
        group by column_role, column_name, segment
    {%- endset -%}
    {%- set pinned = {} -%}
    {%- for row in mlmon.query_rows(query) -%}{%- do pinned.update({(row.column_role, row.column_name, row.segment): row}) -%}{%- endfor -%}
    {%- for column in mlmon.profiled_columns(spec) -%}
        {%- for segment in spec.reference_segments -%}
            {%- set row = pinned.get((column.role, column.name, mlmon.segment_name(segment))) -%}
            {%- if row is none or (row.is_categorical if column.numeric else row.is_numeric) == 1 -%}{{ return(false) }}{%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(true) }}
{% endmacro %}


{#- The references that were taken -> {monitor: {reference_id, is_provisional}}. -#}
{% macro taken_references() %}
    {%- set taken = {} -%}
    {%- set bins = mlmon.model_relation('mlmon_bins') if execute else none -%}
    {%- if bins is not none -%}
        {%- for row in run_query("select monitor, max(reference_id), max(case when is_provisional then 1 else 0 end) from " ~ bins ~ " group by monitor").rows -%}
            {%- do taken.update({row[0]: {'reference_id': row[1], 'is_provisional': row[2] == 1}}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(taken) }}
{% endmacro %}


{#- Stops where the reference of a monitor has to be taken anew and is no longer there; monitors whose data is broken are none of the run's. -#}
{% macro check_references(specs, problems) %}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {%- set only = mlmon.run_option('mlmon_only', []) -%}
    {%- set taken, watermarks, mistakes = mlmon.taken_references(), mlmon.watermark_rows(), [] -%}
    {%- for spec in specs if spec.name in taken and spec.name not in problems and (not only or spec.name in only)
            and not mlmon.keeps_reference(spec, taken[spec.name]) -%}
        {%- set change = mlmon.reference_change(mlmon.bind_columns(spec), taken[spec.name], watermarks.get(spec.name)) -%}
        {%- if change.kind == 'lost' -%}
            {%- do mlmon.add_mistake(mistakes, spec.name, 'reference', change.why) -%}
        {%- elif change.kind == 'kept' -%}
            {%- do exceptions.warn("mlmon: monitor '" ~ spec.name ~ "': " ~ change.why) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if mistakes -%}{{ exceptions.raise_compiler_error(mlmon.mistakes_text(mistakes)) }}{%- endif -%}
{% endmacro %}
