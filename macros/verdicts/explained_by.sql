{#- What a change of a metric over the whole rests on, as a query of at most one row a group: Kitagawa's (1955) decomposition over each declared segment of one column.
    A part's contribution is what its share of the rows (mix) and what its own number (within) moved the whole by. It is given where it is at least half of the
    change, and more than the part's size: a part of 70 % of the rows has 70 % of any change that is everywhere. A column whose mix moved the whole is given where
    no part is.
    `headlines`: a relation of group_id, the series' key, first_breach_at, last_breach_at of the whole; `measured`: mlmon_measured. -#}
{% macro explained_by(headlines, measured) -%}
{%- set double = mlmon.sql_type('double') %}
with counted as (
    select
        headlines.group_id, measured.segment, measured.segment_value, case when measured.is_reference then 0 else 1 end as side, measured.value, measured.weight
    from {{ headlines }} as headlines
    inner join {{ measured }} as measured
        on {{ mlmon.same_row('measured', 'headlines', mlmon.series_key(without=['model_version', 'segment', 'segment_value'])) }}
        and (
            (measured.is_reference and measured.model_version = 'all')
            or (not measured.is_reference and measured.model_version = headlines.model_version
                and measured.window_start >= headlines.first_breach_at and measured.window_start <= headlines.last_breach_at)
        )
    where measured.family in ('performance', 'kpi') and measured.is_final and measured.weight > 0 and measured.segment not like '%,%'
        and (measured.family = 'kpi' or measured.metric in ({{ mlmon.text_literals(mlmon.metrics_with('splits', true, 'performance')) }}))
),

sides as (
    select
        group_id, segment, segment_value,
        sum(case when side = 0 then weight end) as n0, sum(case when side = 1 then weight end) as n1,
        sum(case when side = 0 then value * weight end) / sum(case when side = 0 then weight end) as r0,
        sum(case when side = 1 then value * weight end) / sum(case when side = 1 then weight end) as r1
    from counted
    group by group_id, segment, segment_value
),

shares as (
    select
        sides.group_id, sides.segment, sides.segment_value, whole.r0 as whole_0, whole.r1 as whole_1,
        -- a part that one side lacks is all mix
        coalesce(sides.r0, sides.r1) as r0, coalesce(sides.r1, sides.r0) as r1,
        coalesce(sides.n0, 0) / sum(sides.n0) over (partition by sides.group_id, sides.segment) as w0,
        coalesce(sides.n1, 0) / sum(sides.n1) over (partition by sides.group_id, sides.segment) as w1
    from sides
    inner join sides as whole on whole.group_id = sides.group_id and whole.segment = 'overall'
    where sides.segment <> 'overall'
),

contributions as (
    select
        group_id, segment, segment_value, (w0 + w1) / 2 as size,
        (w1 - w0) * ((r0 + r1) / 2 - (whole_0 + whole_1) / 2) / nullif(whole_1 - whole_0, 0) as mix,
        (w0 + w1) / 2 * (r1 - r0) / nullif(whole_1 - whole_0, 0) as within
    from shares
),

candidates as (
    select group_id, 'segment' as cause_kind, segment, segment_value, mix + within as cause_share, mix + within - size as beyond_size
    from contributions
    -- the part moved the whole by at least twice as much for its size as all others do for theirs
    where mix + within >= 0.5 and (mix + within) * (1 - size) >= 2 * (1 - mix - within) * size
    union all
    select group_id, 'column', segment, cast(null as {{ dbt.type_string() }}), sum(mix), sum(mix)
    from contributions
    group by group_id, segment
    having sum(mix) >= 0.5
),

ordered as (
    select
        *,
        row_number() over (partition by group_id order by case cause_kind when 'segment' then 0 else 1 end, {{ mlmon.by_size('beyond_size') }} desc, segment, segment_value) as place
    from candidates
)

select group_id, cause_kind, segment, segment_value, cast(cause_share as {{ double }}) as cause_share
from ordered
where place = 1
{%- endmacro %}
