{#- The groups that are open and those of the `names`, or all of them. `place`: in the order of mlmon_transitions. Of those that are `told` the cost is known though they are over. -#}
{% macro report_groups_query(now, include_closed, names, told=[]) %}
    {%- set is_shown -%}
    {%- if include_closed -%}1 = 1{%- else -%}(incident_groups.status = 'open'{% if names %} or incident_groups.group_id in ({{ mlmon.text_literals(names) }}){% endif %}){%- endif -%}
    {%- endset -%}
    select
        incident_groups.*, {% for name in mlmon.story_columns() %}stories.{{ name }}, {% endfor %}
        monitors.remind_every, costs.rate as value_rate, costs.lost as value_lost,
        coalesce(extents.n_open_segments, 0) as n_open_segments, coalesce(extents.extent, 0) as extent,
        coalesce(incident_groups.muted_until > {{ mlmon.timestamp_literal(now) }}, false) as is_muted,
        coalesce(incident_groups.cooling_until > windows.last_window, false) as is_cooling,
        row_number() over (order by incident_groups.monitor, opened.place) as place
    from {{ mlmon.built_table('mlmon_incident_groups') }} as incident_groups
    inner join {{ mlmon.built_table('mlmon_monitors') }} as monitors on monitors.monitor = incident_groups.monitor
    left join (
        select shown_with, min(place) as place
        from {{ mlmon.built_table('mlmon_transitions') }}
        where kind = 'opened'
        group by shown_with
    ) as opened on opened.shown_with = incident_groups.group_id
    left join (
        {{ mlmon.last_windows(mlmon.built_table('mlmon_calendar')) }}
    ) as windows on windows.monitor = incident_groups.monitor
    left join (
        {{ mlmon.group_extents() }}
    ) as extents on extents.group_id = incident_groups.group_id
    left join (
        {{ mlmon.group_costs(mlmon.built_table('mlmon_incidents'), mlmon.built_table('mlmon_kpis'), mlmon.built_table('mlmon_baselines'), mlmon.built_table('mlmon_moving_baselines'), is_open=not include_closed, groups=told) }}
    ) as costs on costs.group_id = incident_groups.group_id
    left join (
        {{ mlmon.group_stories(mlmon.built_table('mlmon_incident_groups'), mlmon.built_table('mlmon_incidents'), mlmon.built_table('mlmon_found_incidents'), is_shown) }}
    ) as stories on stories.group_id = incident_groups.group_id
    where {{ is_shown }}
{% endmacro %}


{#- Of open groups: the segments in which something is open, and how many things are, whatever the segment: columns that drift, other numbers. -#}
{% macro group_extents() -%}
    select
        group_id,
        count(distinct case when segment <> 'overall' then segment || '=' || segment_value end) as n_open_segments,
        count(distinct family || '|' || subject || '|' || case family when 'drift' then '' else metric end) as extent
    from {{ mlmon.built_table('mlmon_incidents') }}
    where status = 'open'
    group by group_id
{%- endmacro %}


{#- What of the column that moved first has moved, of the groups that are told now -> {group_id: {moved_mean, …}}, a row each; all of it none where it is not known. A baseline that
    moves is none that the profile could be compared with; a share of faults says all there is by itself. -#}
{% macro what_moved(heads, told) %}
    {%- set found, asked = {}, [] -%}
    {%- set nothing = {'mean_now': none, 'mean_before': none, 'category': none, 'category_bin': none, 'share_now': none, 'share_before': none} -%}
    {%- for group in heads -%}
        {%- do found.update({group.group_id: nothing}) -%}
        {%- if group.group_id in told and group.moved_at and group.moved_against == 'reference' and (group.moved_metric or '').startswith('psi_excess') -%}{%- do asked.append(group) -%}{%- endif -%}
    {%- endfor -%}
    {%- if asked -%}
        {%- for row in mlmon.query_rows(mlmon.moved_columns(asked, mlmon.built_table('mlmon_profile'), mlmon.built_table('mlmon_reference'), mlmon.built_table('mlmon_bins'))) -%}
            {%- do found.update({row.group_id: row}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}
