{#- Labelled predictions by how old their window was when their first label came: `age_windows` 0 by the end of the window, 1 by the end of the next one, and so on.
    Ages are of the log alone, whatever the maturity is: one that is set anew reads no log again. -#}
{% macro label_age_rows(spec, ranges) %}
{%- set segment_columns = mlmon.segment_columns(spec.profile_segments) %}
{%- set row = mlmon.task_rows(spec) %}
{%- set keys = ['window_start', 'model_version'] + mlmon.segment_aliases(segment_columns) %}
with {{ mlmon.log_ctes(spec, ranges) }},
{{ mlmon.label_ctes(spec, mlmon.ids_in_ranges(spec, ranges)) }},
labelled as (
    select
        {{ mlmon.finest_keys(spec, segment_columns) }},
        {{ row.label_is_positive }} as is_positive, l.mlmon_first_labeled_at as first_labeled_at
    from {{ mlmon.log_from(spec) }} as p
    inner join label_log as l on {{ mlmon.label_id(spec) }} = {{ mlmon.prediction_id(spec) }}
    where {{ mlmon.log_where(spec, ranges) }} and ({{ row.label }}) is not null
),
aged as (
    select
        {{ keys | join(', ') }}, is_positive,
        case
            when first_labeled_at < {{ mlmon.window_after(spec.window, 'window_start', 1) }} then 0
            when first_labeled_at < {{ mlmon.window_after(spec.window, 'window_start', mlmon.most_label_age()) }}
                then {{ mlmon.windows_between(spec.window, 'window_start', mlmon.window_start(spec, 'first_labeled_at')) }}
            else {{ mlmon.most_label_age() }}
        end as age_windows
    from labelled
),
finest as {{ mlmon.materialized_cte() }} (
    select {{ keys | join(', ') }}, is_positive, age_windows, count(*) as n
    from aged
    group by {{ keys | join(', ') }}, is_positive, age_windows
),
added_up as (
    {{ mlmon.add_up('finest', spec.profile_segments, ['window_start', 'is_positive', 'age_windows'], ['sum(n) as n'], spec.predictions.version) }}
)
select {{ mlmon.window_key(spec) }}, is_positive, age_windows, n
from added_up
{% endmacro %}


{#- The age from which on labels are no longer told apart; those of an unknown time are with them. -#}
{% macro most_label_age() %}{{ return(1000) }}{% endmacro %}


{#- Whole windows from the start of one window to the start of another. -#}
{% macro windows_between(window, first, second) %}
    {%- if window == 'week' -%}{{ return('floor(' ~ mlmon.units_between('day', first, second) ~ ' / 7.0)') }}{%- endif -%}
    {{ return(mlmon.units_between(window, first, second)) }}
{% endmacro %}


{#- The same, where the window's kind is a column. -#}
{% macro windows_between_by_column(window_column, first, second) -%}
    case {{ window_column }}
        {%- for window in ['hour', 'day', 'week', 'month'] %}
        when '{{ window }}' then {{ mlmon.windows_between(window, first, second) }}
        {%- endfor %}
    end
{%- endmacro %}
