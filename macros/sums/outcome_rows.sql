{#- What the task of a monitor adds up of its predictions and their labels, per score bin, or per predicted class and label. A prediction whose score does not count is in bin 'null' or
    'invalid'; its decision, where one was logged, counts all the same. A sum is a `count` of the rows with an outcome (SQL condition), the `total` of a row's
    values (SQL), SQL over other sums (`of_sums`), how many `distinct` values of a column of `row.regrouped.items` there are, or unknown. -#}
{% macro outcome_rows(spec, ranges, bins) %}
{%- set segment_columns = mlmon.segment_columns(spec.outcome_segments) %}
{%- set known = bins.get('score|' ~ spec.predictions.score) %}
{%- set row = mlmon.task_rows(spec) %}
{%- set regrouped = row.regrouped %}
{%- set kept = regrouped.kept if regrouped else [] %}
{%- set by_class = 'class' in kept %}
{%- set sums = mlmon.task_sums(spec.task, dict(spec, score_center=known.center if known else 0)) %}
{%- set types = mlmon.once('sql_types') %}
{%- set totals, counts = sums | selectattr('total', 'defined') | list, sums | selectattr('count', 'defined') | list %}
{%- set distinct = sums | selectattr('distinct', 'defined') | list %}
{%- set group_names = ['window_start', 'model_version'] + mlmon.segment_aliases(segment_columns) %}
{%- set finest = (group_names + ['bin_number'] + kept) | join(', ') %}
{%- set outcome = (regrouped.outcome if regrouped else row.outcome.keys()) | join(', ') %}
{%- set added = [] %}
{%- for each in sums if not each.distinct %}{% do added.append('sum(' ~ each.name ~ ') as ' ~ each.name) %}{% endfor %}
{%- set names = sums | rejectattr('distinct', 'defined') | map(attribute='name') | list %}
with {{ mlmon.log_ctes(spec, ranges) }},
{%- if spec.labels %}
{{ mlmon.label_ctes(spec, mlmon.ids_in_ranges(spec, ranges)) }},
{%- endif %}
joined as (
    select
        {{ mlmon.finest_keys(spec, segment_columns) }}
        {%- if not regrouped %},
        {{ mlmon.score_bin(spec, known.uppers if known else []) }} as bin_number
        {%- endif %}
        {%- for name, value in dict(row['values'], **row.outcome).items() %},
        {{ value }} as {{ name }}
        {%- endfor %}
    from {{ mlmon.log_from(spec) }} as p
    {%- if spec.labels %}
    left join label_log as l on {{ mlmon.label_id(spec) }} = {{ mlmon.prediction_id(spec) }}
    {%- endif %}
    where {{ mlmon.log_where(spec, ranges) }}
),
{%- if regrouped %}
{{ mlmon[regrouped.by](spec, 'joined', group_names, row) }},
{%- endif %}
{#- the outcome is a key first: what depends on it alone is counted on the few rows that are left -#}
by_outcome as {{ mlmon.materialized_cte() }} (
    select
        {{ finest }}, {{ outcome }}, count(*) as n
        {%- for each in totals %},
        sum({{ each.total }}) as {{ each.name }}
        {%- endfor %}
    from {{ 'counted_rows' if regrouped else 'joined' }}
    group by {{ finest }}, {{ outcome }}
),
finest as {{ mlmon.materialized_cte() }} (
    select
        {{ finest }},
        {% for each in counts %}sum(case when {{ each.count }} then n else 0 end) as {{ each.name }}{{ ", " if not loop.last }}{% endfor %}
        {%- for each in totals %}, sum({{ each.name }}) as {{ each.name }}{% endfor %}
    from by_outcome
    group by {{ finest }}
),
binned as {{ mlmon.materialized_cte() }} (
    select
        finest.*, {{ mlmon.bin_name('bin_number') }} as bin
        {%- for each in sums if not each.count and not each.total and not each.distinct %}, {{ each.of_sums or 'cast(null as ' ~ types[each.type] ~ ')' }} as {{ each.name }}{% endfor %}
    from finest
),
{#- the groups of an attribute within a segment serve fairness alone, which asks for no order of the scores -#}
{%- set with_bins, without_bins = mlmon.split_outcome_segments(spec) %}
added_up as (
    {{ mlmon.add_up('binned', with_bins, ['window_start', 'bin'] + kept, added, spec.predictions.version, spec.outcome_segments) }}
    {%- if without_bins %}
    union all
    select model_version, segment, segment_value, window_start, 'all' as bin, {{ (kept + names) | join(', ') }}
    from (
        {{ mlmon.add_up("(select * from binned where bin = 'all')" if by_class else 'binned', without_bins, ['window_start'] + kept, added, spec.predictions.version, spec.outcome_segments) }}
    ) as groups_within
    {%- endif %}
)
{%- if distinct %},
{#- different values do not add up: they are counted for each segment by itself -#}
{%- set key = ['model_version', 'segment', 'segment_value', 'window_start'] %}
{%- set counted, shown = [], [] %}
{%- for each in distinct %}{% do counted.append('count(distinct ' ~ each.distinct ~ ') as ' ~ each.name) %}{% do shown.append('distinct_counts.' ~ each.name) %}{% do names.append(each.name) %}{% endfor %}
distinct_counts as (
    {{ mlmon.add_up(regrouped['items'], spec.profile_segments, ['window_start'], counted, spec.predictions.version, spec.outcome_segments) }}
)
{%- endif %}
select
    {{ mlmon.window_key(spec) }}, bin, {{ 'class, label' if by_class else "'all' as class, cast(null as " ~ dbt.type_string() ~ ') as label' }}
    {%- for each in mlmon.task_sums() %}, {{ each.name if each.name in names else 'cast(null as ' ~ types[each.type] ~ ') as ' ~ each.name }}{% endfor %}
from {% if distinct %}(
    select added_up.*, {{ shown | join(', ') }}
    from added_up
    left join distinct_counts on {{ mlmon.same_row('distinct_counts', 'added_up', key) }}
) as {% endif %}added_up
{% endmacro %}


{#- The segments of mlmon_outcomes that keep their score bins (the whole, the declared ones, the attributes), and those that do not. -#}
{% macro split_outcome_segments(spec) %}
    {%- set kept = [] -%}
    {%- set dropped = [] -%}
    {%- for segment in spec.outcome_segments -%}
        {%- do (kept if segment in spec.reference_segments else dropped).append(segment) -%}
    {%- endfor -%}
    {{ return([kept, dropped]) }}
{% endmacro %}


{#- The number of the score's bin that a prediction is in. -#}
{% macro score_bin(spec, uppers) -%}
{%- set score = mlmon.p_double(spec, spec.predictions.score) -%}
case
            when {{ score }} is null then -1
            when {{ mlmon.is_valid(score, mlmon.tasks()[spec.task].score.range) }} then {{ mlmon.bin_number(score, uppers) }}
            else 0
        end
{%- endmacro %}


{#- The name of a numeric bin from its number: -1 is 'null', 0 'invalid'; none where rows are not kept by score. -#}
{% macro bin_name(number) %}
    {{ return("case when " ~ number ~ " is null then 'all' when " ~ number ~ " = -1 then 'null' when " ~ number ~ " = 0 then 'invalid' else " ~ mlmon.bin_label(number) ~ " end") }}
{% endmacro %}


{#- A select of the ids in some ranges, or none for the whole log. -#}
{% macro ids_in_ranges(spec, ranges) %}
    {%- if ranges is none or mlmon.is_all_time(ranges) -%}{{ return(none) }}{%- endif -%}
    {{ return('select ' ~ mlmon.prediction_id(spec) ~ ' from ' ~ spec.log ~ ' as p where ' ~ mlmon.in_log_ranges(spec, ranges)) }}
{% endmacro %}


{% macro is_all_time(ranges) %}{{ return(ranges is none or ranges[-1][1].startswith('9999')) }}{% endmacro %}
