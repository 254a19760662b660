{#- The prediction log of a monitor with each id once. Two macros that go together:

      with {{ mlmon.log_ctes(spec, ranges) }} …
      from {{ mlmon.log_from(spec) }} as p where {{ mlmon.log_where(spec, ranges) }}

    Where no id repeats (mlmon_new_watermarks found out) the log is read as it is, and the CTEs are but a formality. Else the copies of the
    ids that repeat are ranked: loaded last, then latest timestamp, then every column, so that any run picks the same copy.
    A row without an id counts as a prediction of its own. -#}
{% macro log_ctes(spec, ranges) %}
{%- if not mlmon.has_copies(spec, 'predictions') %}
no_copies as (select 1 as nothing)
{%- else %}
{%- set id = mlmon.prediction_id(spec) %}
repeated as {{ mlmon.materialized_rows() }} (
    select {{ id }} as prediction_id
    from {{ spec.log }} as p
    where {{ id }} is not null
    {%- if ranges is not none %}
        and {{ id }} in (select {{ id }} from {{ spec.log }} as p where {{ mlmon.in_log_ranges(spec, ranges) }})
    {%- endif %}
    group by 1
    having count(*) > 1
),
ranked_copies as (
    select p.*,
        row_number() over (
            partition by {{ id }}
            order by {{ mlmon.prediction_arrived_at(spec) }} desc nulls last, {{ mlmon.predicted_at(spec) }} desc nulls last
            {%- for column in spec.columns.values() %}, {{ mlmon.text_of('p.' ~ column.quoted, column.family) }} nulls last{% endfor %}
        ) as mlmon_copy_rank
    from {{ spec.log }} as p
    where exists (select 1 from repeated where repeated.prediction_id = {{ id }})
),
unique_log as {{ mlmon.materialized_rows() }} (
    select {% for column in spec.columns.values() %}p.{{ column.quoted }}{{ ", " if not loop.last }}{% endfor %}
    from {{ spec.log }} as p
    where {{ mlmon.in_log_ranges(spec, ranges) }}
        and not exists (select 1 from repeated where repeated.prediction_id = {{ id }})
    union all
    select {% for column in spec.columns.values() %}p.{{ column.quoted }}{{ ", " if not loop.last }}{% endfor %}
    from ranked_copies as p
    where p.mlmon_copy_rank = 1 and {{ mlmon.in_log_ranges(spec, ranges) }}
)
{%- endif %}
{%- endmacro %}


{% macro log_from(spec) %}{{ return('unique_log' if mlmon.has_copies(spec, 'predictions') else spec.log) }}{% endmacro %}


{% macro log_where(spec, ranges) %}
    {{ return(mlmon.predicted_at(spec) ~ ' is not null' if mlmon.has_copies(spec, 'predictions') else mlmon.in_log_ranges(spec, ranges)) }}
{% endmacro %}


{#- The time of a prediction lies in one of the ranges. Where a time of arrival may stand in for it, the column itself is bounded besides: an engine can
    skip what lies outside by a column, and not by a coalesce. -#}
{% macro in_log_ranges(spec, ranges) %}
    {%- set at = mlmon.predicted_at(spec) -%}
    {%- if ranges is none -%}{{ return(at ~ ' is not null') }}{%- endif -%}
    {%- set in_ranges = mlmon.in_ranges(at, ranges) -%}
    {%- if not spec.predictions.loaded_at -%}{{ return(in_ranges) }}{%- endif -%}
    {%- set own = mlmon.logged_at(spec) -%}
    {{ return(in_ranges ~ ' and (' ~ own ~ ' is null or ' ~ own ~ ' >= ' ~ mlmon.timestamp_literal(ranges[0][0]) ~ ') and (' ~ own ~ ' is null or '
        ~ own ~ ' < ' ~ mlmon.timestamp_literal(ranges[-1][1]) ~ ')') }}
{% endmacro %}


{#- Whether ids repeat in a log, as far as this run has to know; true where nobody looked, and for windows that a person asks to rebuild. -#}
{% macro has_copies(spec, log) %}
    {%- set known = spec.get('copies') or {} -%}
    {{ return(known.get(log, true) or mlmon.run_option('mlmon_rebuild', none) is not none) }}
{% endmacro %}


{#- Writes into the specs what is known of the logs: whether ids repeat, and how many rows there are. That no id repeats is known where this run has
    searched: the whole log (mlmon_new_watermarks), or the windows it replaces (mlmon_windows_to_read), unless more are read than were searched. -#}
{% macro know_logs(specs, reads_windows=false) %}
    {%- if execute and specs -%}
        {%- set found = {} -%}
        {%- for row in run_query("select monitor, not is_fresh or has_copies as copies, not is_fresh or has_label_copies as label_copies, n_prediction_rows, n_label_rows from "
                ~ ref('mlmon_new_watermarks')).rows -%}
            {%- do found.update({row[0]: {'copies': {'predictions': row[1], 'labels': row[2]}, 'n_rows': {'predictions': row[3], 'labels': row[4]}}}) -%}
        {%- endfor -%}
        {%- if reads_windows and not mlmon.is_rebuild() -%}
            {%- set query -%}
                select
                    monitor, max(case when has_copies then 1 else 0 end) as copies, max(case when has_label_copies then 1 else 0 end) as label_copies,
                    count(*) as n
                from {{ ref('mlmon_windows_to_read') }}
                group by monitor
            {%- endset -%}
            {%- for name, copies, label_copies, n in run_query(query).rows if n <= mlmon.most_ranges() -%}
                {%- do found[name].update({'copies': {'predictions': copies == 1, 'labels': label_copies == 1}}) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- for spec in specs -%}{%- do spec.update(found.get(spec.name, {})) -%}{%- endfor -%}
    {%- endif -%}
    {{ return(specs) }}
{% endmacro %}


{#- The labels of a monitor, each id once: the latest label of an id wins (timestamp, arrival, value), and the time of the first is kept for the
    lag. CTEs `label_log`: every column of the labels (alias l) and mlmon_first_labeled_at. `only_ids`: a select of the ids that are asked for; where no id repeats,
    engines that join either way round read them once less without it, or by a `condition` of the rows that stands for it. -#}
{% macro label_ctes(spec, only_ids=none, condition=none) %}
{%- set id = mlmon.label_id(spec) %}
{%- set labeled_at = mlmon.labeled_at(spec) %}
{%- set restricted = id ~ ' in (' ~ only_ids ~ ')' if only_ids is not none else '1 = 1' %}
{%- if not mlmon.has_copies(spec, 'labels') %}
{%- set restricted = condition or (restricted if not mlmon.joins_either_way() else '1 = 1') %}
label_log as (
    select l.*, {{ labeled_at }} as mlmon_first_labeled_at
    from {{ spec.label_log }} as l
    where {{ id }} is not null and {{ restricted }}
)
{%- else %}
ranked_labels as (
    select l.*,
        row_number() over (
            partition by {{ id }}
            order by {{ labeled_at }} desc nulls last, {{ mlmon.label_arrived_at(spec) }} desc nulls last
            , {{ mlmon.text_of(mlmon.l(spec, spec.labels.label), spec.label_columns[spec.labels.label | lower].family) }} desc nulls last
            {%- for column in spec.label_columns.values() %}, {{ mlmon.text_of('l.' ~ column.quoted, column.family) }} nulls last{% endfor %}
        ) as mlmon_label_rank,
        min({{ labeled_at }}) over (partition by {{ id }}) as mlmon_first_labeled_at
    from {{ spec.label_log }} as l
    where {{ id }} is not null and {{ restricted }}
),
label_log as (
    select l.* from ranked_labels as l where l.mlmon_label_rank = 1
)
{%- endif %}
{%- endmacro %}
