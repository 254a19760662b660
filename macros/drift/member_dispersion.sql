{#- How much the members of a baseline that moves differ from each other beyond chance, as a query: a row a series, baseline and judged window, with what mlmon_dispersion
    says of the windows of the reference: for all values, and as `shape_*` for those that are neither NULL, invalid nor unseen. A window of another phase is compared with its
    own phase. `members`: a relation as of member_windows; `series`: one of numbered columns of segments; `bin_groups`, `is_near`: those of mlmon_distances. -#}
{% macro member_dispersion(members, series, bin_groups, is_near) -%}
{%- set judged = 'series_number, compared_to, member_version, window_start' -%}
{%- set double = mlmon.sql_type('double') -%}
{%- set is_shape = "psi_group not in ('null', 'invalid', 'unseen')" -%}
with member_counts as {{ mlmon.materialized_cte() }} (
    select series.series_number, profile.monitor, profile.model_version as member_version, profile.window_start, coalesce(bin_groups.psi_group, profile.bin) as psi_group, cast(sum(profile.n) as {{ double }}) as b
    from (select distinct monitor, member_version, member_start from {{ members }} where is_member = 1) as members
    inner join {{ ref('mlmon_profile') }} as profile on profile.monitor = members.monitor and profile.window_start = members.member_start and profile.model_version = members.member_version
        and {{ is_near }}
    inner join {{ series }} as series on {{ mlmon.same_row('series', 'profile', ['monitor', 'segment', 'segment_value', 'column_name', 'column_role']) }}
    left join {{ bin_groups }} as bin_groups on {{ mlmon.same_row('bin_groups', 'profile', ['monitor', 'column_name', 'column_role', 'bin']) }}
    group by series.series_number, profile.monitor, profile.model_version, profile.window_start, coalesce(bin_groups.psi_group, profile.bin)
),

member_sizes as (
    select series_number, member_version, window_start, sum(b) as n, sum(case when {{ is_shape }} then b else 0 end) as shape_n
    from member_counts
    group by series_number, member_version, window_start
),

phase_counts as {{ mlmon.materialized_cte() }} (
    select member_counts.series_number, members.monitor, members.compared_to, members.member_version, members.window_start, members.phase, member_counts.psi_group, sum(member_counts.b) as a
    from member_counts
    inner join {{ members }} as members
        on members.monitor = member_counts.monitor and members.member_version = member_counts.member_version and members.member_start = member_counts.window_start
        and members.is_member = 1
    group by member_counts.series_number, members.monitor, members.compared_to, members.member_version, members.window_start, members.phase, member_counts.psi_group
),

phase_sizes as (
    select {{ judged }}, phase, sum(a) as m, sum(case when {{ is_shape }} then a else 0 end) as shape_m
    from phase_counts
    group by {{ judged }}, phase
),

both_sides as (
    select
        {% for name in judged.split(', ') %}phase_counts.{{ name }}, {% endfor %}members.member_start, phase_counts.a, coalesce(member_counts.b, 0) as b,
        case when phase_counts.{{ is_shape }} then phase_counts.a end as shape_a,
        case when phase_counts.{{ is_shape }} then coalesce(member_counts.b, 0) end as shape_b,
        member_sizes.n, phase_sizes.m, member_sizes.shape_n, phase_sizes.shape_m
    from phase_counts
    inner join phase_sizes on {{ mlmon.same_row('phase_sizes', 'phase_counts', judged.split(', ') + ['phase']) }}
    inner join {{ members }} as members on {{ mlmon.same_row('members', 'phase_counts', ['monitor', 'compared_to', 'member_version', 'window_start', 'phase']) }} and members.is_member = 1
    inner join member_sizes
        on {{ mlmon.same_row('member_sizes', 'phase_counts', ['series_number', 'member_version']) }} and member_sizes.window_start = members.member_start
    left join member_counts
        on {{ mlmon.same_row('member_counts', 'phase_counts', ['series_number', 'member_version', 'psi_group']) }} and member_counts.window_start = members.member_start
),

compared as (
    select
        {{ judged }}, member_start,
        case when max(m) > max(n) and count(*) > 1 then {{ mlmon.chi2('b', 'a', 'n', 'm') }} * {{ mlmon.own_part('max(n)', 'max(m)') }} end as chi2,
        cast(case when max(m) > max(n) and count(*) > 1 then count(*) - 1 end as {{ double }}) as df,
        case when max(shape_m) > max(shape_n) and count(shape_b) > 1 then {{ mlmon.chi2('shape_b', 'shape_a', 'shape_n', 'shape_m') }} * {{ mlmon.own_part('max(shape_n)', 'max(shape_m)') }} end as shape_chi2,
        cast(case when max(shape_m) > max(shape_n) and max(shape_n) > 0 and count(shape_b) > 1 then count(shape_b) - 1 end as {{ double }}) as shape_df,
        {{ mlmon.excess_over_rest('shape_b', 'shape_a', 'shape_n', 'shape_m') }} as excess
    from both_sides
    group by {{ judged }}, member_start
)

select
    {{ judged }},
    {%- for part in ['', 'shape_'] %}
    count({{ part }}chi2) as {{ part }}member_windows, avg({{ part }}chi2) as {{ part }}member_chi2, var_samp({{ part }}chi2) as {{ part }}member_chi2_variance, avg({{ part }}df) as {{ part }}member_df,
    {%- endfor %}
    {{ mlmon.usual_excess('excess') }} as member_excess
from compared
group by {{ judged }}
{%- endmacro %}


{#- With every window in the whole that it is compared with, its chi-square is too small by (1/n - 1/m) / (1/n + 1/m); this is the inverse, of `n` rows of `m`, to be multiplied by. -#}
{% macro own_part(n, m) %}
    {{ return('(' ~ mlmon.ratio('1', n) ~ ' + ' ~ mlmon.ratio('1', m) ~ ') / nullif(' ~ mlmon.ratio('1', n) ~ ' - ' ~ mlmon.ratio('1', m) ~ ', 0)') }}
{% endmacro %}
