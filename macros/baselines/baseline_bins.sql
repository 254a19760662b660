{#- The bins that windows are compared with, as a query: compared_to, judged_start and what mlmon_reference has of a bin. Those of the reference are as they were counted when
    it was taken, for whichever window is judged; those of a baseline that moves are sums over the members of the window that begins at `judged_start`, windows of `member_version`.
    `members`: a relation as of member_windows; `bin_groups`, `is_near`: those of mlmon_distances. -#}
{% macro baseline_bins(members, bin_groups, is_near) -%}
    {%- set moves = mlmon.has_moving_baselines() %}
    {%- set column_key = ['monitor', 'segment', 'segment_value', 'column_name', 'column_role'] %}
    {%- for kind, baseline in mlmon.pinned_baselines().items() %}
    select
        '{{ kind }}' as compared_to, {{ mlmon.any_window() }} as judged_start, {{ column_key | join(', ') }},
        bin, n, total, minimum, maximum, centered_sq, psi_group{% if moves %}, 'all' as member_version{% endif %}
    from {{ ref(baseline.bins) }}
    {{ "union all" if not loop.last or moves }}
    {%- endfor %}
    {%- if moves %}
    select
        members.compared_to, members.window_start, {% for name in column_key %}profile.{{ name }}, {% endfor %}
        profile.bin, sum(profile.n), {{ mlmon.known_sum('profile.total', 'profile.minimum') }}, min(profile.minimum), max(profile.maximum),
        {{ mlmon.known_sum('profile.centered_sq', 'profile.minimum') }}, coalesce(max(bin_groups.psi_group), profile.bin), members.member_version
    from {{ members }} as members
    inner join {{ ref('mlmon_profile') }} as profile
        on profile.monitor = members.monitor and profile.window_start = members.member_start and profile.model_version = members.member_version and {{ is_near }}
    left join {{ bin_groups }} as bin_groups on {{ mlmon.same_row('bin_groups', 'profile', ['monitor', 'column_name', 'column_role', 'bin']) }}
    where members.is_member = 1 and members.phase = 0
    group by members.compared_to, members.window_start, members.member_version, {% for name in column_key %}profile.{{ name }}, {% endfor %}profile.bin
    {%- endif %}
{%- endmacro %}


{#- What stands for the judged window where a baseline is the same for all -> SQL. -#}
{% macro any_window() %}{{ return("cast('1000-01-01' as " ~ dbt.type_timestamp() ~ ')') }}{% endmacro %}


{#- The window by which a row is compared: its own where its baseline moves -> SQL. `compared_to`: an expression. -#}
{% macro judged_start(compared_to, row) -%}
    case
        when {{ compared_to }} not in ({{ mlmon.text_literals(mlmon.pinned_baselines() | list) }}) then {{ row }}.window_start
        {%- if mlmon.has_holidays() %}
        when {{ mlmon.is_holiday(row) }} then {{ mlmon.any_holiday(row) }}
        {%- endif %}
        else {{ mlmon.any_window() }}
    end
{%- endmacro %}
