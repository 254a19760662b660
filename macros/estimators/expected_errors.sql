{#- The labels that the errors of a group of score bins are learned from, at least. -#}
{% macro error_group_rows() %}{{ return(30) }}{% endmacro %}


{#- How large errors are at each score, as the CTE `expected_errors`: for each bin of an estimator's series that has labels enough (and of the whole in any case), the group of
    neighboring bins that it is in (`score_group`), of the group's labels `n`, the means of the absolute and the squared error and of what a prediction was worth, and the variances of
    both errors. All bins of a series are halved, and each half again, as long as both halves keep labels enough: groups are disjoint, so that their errors are independent.
    `n_near`: labels in the bin and the three on either side.
    `source`: estimator, series, bin, n (labels), and the sums that the task declares. -#}
{% macro expected_errors(source) -%}
{%- set series = ['estimator'] + mlmon.estimate_series() -%}
{%- set shown = series | join(', ') -%}
{%- set of_group = 'partition by ' ~ shown ~ ', width, place - mod(place, width)' -%}
{%- set sums = mlmon.estimated_tasks().regression.sums -%}
score_places as (
    select monitor, bin, row_number() over (partition by monitor order by bin) - 1 as place
    from {{ ref('mlmon_bins') }}
    where column_role = 'score' and bin not in ('null', 'invalid')
    group by monitor, bin
),

-- a series of few labels borrows from the whole
learned_series as (
    select {{ shown }}
    from {{ source }}
    group by {{ shown }}
    having sum(n) >= {{ mlmon.calibration_rows() }} or (segment = 'overall' and model_version = 'all')
),

-- every bin of a series, those without labels, too
placed_bins as (
    select
        {% for name in series %}learned_series.{{ name }}, {% endfor %}places.bin, places.place,
        cast(coalesce(labels.n, 0) as {{ mlmon.sql_type('double') }}) as n{% for name in sums %}, labels.{{ name }}{% endfor %}
    from learned_series
    inner join score_places as places on places.monitor = learned_series.monitor
    left join {{ source }} as labels on {{ mlmon.same_row('labels', 'learned_series', series) }} and labels.bin = places.bin
),

halves as (
    select
        {{ shown }}, bin, width,
        sum(case when mod(place, width) < width / 2 then n else 0 end) over ({{ of_group }}) as n_first,
        sum(case when mod(place, width) < width / 2 then 0 else n end) over ({{ of_group }}) as n_second
    from placed_bins
    cross join (
        {{ mlmon.literal_column('width', 'bigint', [2, 4, 8, 16, 32, 64, 128]) }}
    ) as widths
),

group_widths as (
    select {{ shown }}, bin, max(case when n_first < {{ mlmon.error_group_rows() }} or n_second < {{ mlmon.error_group_rows() }} then width else 1 end) as width
    from halves
    group by {{ shown }}, bin
),

grouped_bins as (
    select
        {{ shown }}, bin, n_near, place - mod(place, width) as score_group
        {%- for name in ['n'] + sums %}, sum({{ name }}) over ({{ of_group }}) as {{ name }}{% endfor %}
    from (
        select
            placed_bins.*, group_widths.width,
            sum(placed_bins.n) over (
                partition by {% for name in series %}placed_bins.{{ name }}{{ ", " if not loop.last }}{% endfor %} order by placed_bins.place rows between 3 preceding and 3 following
            ) as n_near
        from placed_bins
        inner join group_widths on {{ mlmon.same_row('group_widths', 'placed_bins', series + ['bin']) }}
    ) as widened
),

expected_errors as {{ mlmon.materialized_cte() }} (
    select
        {{ shown }}, bin, n_near, score_group, n,
        abs_error_total / nullif(n, 0) as mean_abs_error, squared_error_total / nullif(n, 0) as mean_squared_error, value_total / nullif(n, 0) as mean_value,
        {{ mlmon.variance_of('squared_error_total', 'abs_error_total') }} as abs_error_variance,
        {{ mlmon.variance_of('quartic_error_total', 'squared_error_total') }} as squared_error_variance
    from grouped_bins
)
{%- endmacro %}


{#- The variance of a number of n rows from the totals of its squares and of itself -> SQL. One that is small beside what it is a difference of is rounding, and taken as none. -#}
{% macro variance_of(squares, total) -%}
    {%- set variation = '(' ~ squares ~ ' - ' ~ mlmon.square(total) ~ ' / nullif(n, 0))' -%}
    case when n > 1 and {{ variation }} > 1e-13 * {{ squares }} then {{ variation }} / (n - 1) else 0 end
{%- endmacro %}
