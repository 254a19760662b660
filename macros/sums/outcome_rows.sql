{#- Predictions, labels and their confusion per score bin. A prediction whose score does not count is in bin 'null' or 'invalid'; its decision,
    where one was logged, is in the confusion all the same. -#}
{% macro outcome_rows(spec, ranges, bins) %}
{%- set segment_columns = mlmon.segment_columns(spec.outcome_segments) %}
{%- set score = mlmon.p_double(spec, spec.predictions.score) %}
{%- set known = bins.get('score|' ~ spec.predictions.score) %}
{%- set sums = ['n_predictions', 'n_labelled', 'n_positive', 'n_selected', 'tp', 'fp', 'tn', 'fn', 'n_scored', 'score_total', 'log_loss_total', 'squared_error_total', 'value_total'] %}
{%- set added = [] %}
{%- for name in sums %}{% do added.append('sum(' ~ name ~ ') as ' ~ name) %}{% endfor %}
with {{ mlmon.log_ctes(spec, ranges) }},
{%- if spec.labels %}
{{ mlmon.label_ctes(spec, mlmon.ids_in_ranges(spec, ranges)) }},
{%- endif %}
joined as (
    select
        {{ mlmon.finest_keys(spec, segment_columns) }},
        case
            when {{ score }} is null then -1
            when {{ score }} >= 0 and {{ score }} <= 1 then {{ mlmon.bin_number(score, known.uppers if known else []) }}
            else 0
        end as bin_number,
        {{ mlmon.valid_score(spec) }} as score,
        {{ mlmon.decision(spec) }} as is_selected,
        {% if spec.labels -%}
        {{ mlmon.is_positive(spec, mlmon.l(spec, spec.labels.label), spec.label_columns[spec.labels.label | lower]) }}
        {%- else %}cast(null as {{ dbt.type_boolean() }}){% endif %} as is_positive
    from {{ mlmon.log_from(spec) }} as p
    {%- if spec.labels %}
    left join label_log as l on {{ mlmon.label_id(spec) }} = {{ mlmon.prediction_id(spec) }}
    {%- endif %}
    where {{ mlmon.log_where(spec, ranges) }}
),
judged as (
    select
        *,
        case when is_positive then 1.0 else 0.0 end as y,
        least(greatest(score, 2.220446049250313e-16), 1 - 2.220446049250313e-16) as clipped
    from joined
),
{#- decision and label are keys first: what depends on them alone is counted on the few rows that are left -#}
by_outcome as {{ mlmon.materialized_cte() }} (
    select
        window_start, model_version,
        {%- for name in segment_columns %}
        segment_{{ loop.index }},
        {%- endfor %}
        bin_number, is_selected, is_positive,
        count(*) as n,
        sum(score) as score_total,
        sum(case when is_positive is not null and score is not null then -ln(case when is_positive then clipped else 1 - clipped end) end) as log_loss_total,
        sum(case when is_positive is not null then {{ mlmon.square('score - y') }} end) as squared_error_total
    from judged
    group by {% for i in range(1, 6 + segment_columns | length) %}{{ i }}{{ ", " if not loop.last }}{% endfor %}
),
finest as {{ mlmon.materialized_cte() }} (
    select
        window_start, model_version,
        {%- for name in segment_columns %}
        segment_{{ loop.index }},
        {%- endfor %}
        bin_number,
        sum(n) as n_predictions,
        sum(case when is_positive is not null then n else 0 end) as n_labelled,
        sum(case when is_positive then n else 0 end) as n_positive,
        sum(case when is_selected then n else 0 end) as n_selected,
        sum(case when is_selected and is_positive then n else 0 end) as tp,
        sum(case when is_selected and not is_positive then n else 0 end) as fp,
        sum(case when not is_selected and not is_positive then n else 0 end) as tn,
        sum(case when not is_selected and is_positive then n else 0 end) as fn,
        sum(case when is_positive is not null and bin_number > 0 then n else 0 end) as n_scored,
        sum(case when is_positive is not null then score_total end) as score_total,
        sum(log_loss_total) as log_loss_total,
        sum(squared_error_total) as squared_error_total
    from by_outcome
    group by {% for i in range(1, 4 + segment_columns | length) %}{{ i }}{{ ", " if not loop.last }}{% endfor %}
),
valued as (
    select
        *,
        {% if spec.value -%}
        {%- for outcome in ['tp', 'fp', 'tn', 'fn'] %}{{ outcome }} * {{ mlmon.double_literal(spec.value.get(outcome, 0)) }}{{ " + " if not loop.last }}{% endfor %}
        {%- else %}{{ mlmon.double_literal(none) }}{% endif %} as value_total
    from finest
),
binned as {{ mlmon.materialized_cte() }} (
    select valued.*, {{ mlmon.bin_name('bin_number') }} as bin from valued
),
{#- the groups of an attribute within a segment serve fairness alone, which asks for no order of the scores -#}
{%- set with_bins, without_bins = mlmon.split_outcome_segments(spec) %}
added_up as (
    {{ mlmon.add_up('binned', with_bins, ['window_start', 'bin'], added, spec.predictions.version, spec.outcome_segments) }}
    {%- if without_bins %}
    union all
    select model_version, segment, segment_value, window_start, 'all' as bin, {{ sums | join(', ') }}
    from (
        {{ mlmon.add_up('binned', without_bins, ['window_start'], added, spec.predictions.version, spec.outcome_segments) }}
    ) as groups_within
    {%- endif %}
)
select {{ mlmon.window_key(spec) }}, bin, {{ sums | join(', ') }}
from added_up
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


{#- The name of a numeric bin from its number: -1 is 'null', 0 'invalid'. -#}
{% macro bin_name(number) %}
    {{ return("case when " ~ number ~ " = -1 then 'null' when " ~ number ~ " = 0 then 'invalid' else " ~ mlmon.bin_label(number) ~ " end") }}
{% endmacro %}


{#- A select of the ids in some ranges, or none for the whole log. -#}
{% macro ids_in_ranges(spec, ranges) %}
    {%- if ranges is none or mlmon.is_all_time(ranges) -%}{{ return(none) }}{%- endif -%}
    {{ return('select ' ~ mlmon.prediction_id(spec) ~ ' from ' ~ spec.log ~ ' as p where ' ~ mlmon.in_log_ranges(spec, ranges)) }}
{% endmacro %}


{% macro is_all_time(ranges) %}{{ return(ranges is none or ranges[-1][1].startswith('9999')) }}{% endmacro %}
