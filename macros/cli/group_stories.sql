{#- What a reader asks first of a group of incidents, as a query: a row a group, where it is and what moved first.

    `where_kind`: `explains`, the one segment that most of the change comes from; `mix`, a column whose mix of values changed; `headline`, where the headline alone broke;
    `worst`, of a number that broke as a whole, the segment where it moved most. NULL where no segment broke.
    `moved_…`: of the columns that drifted the one that broke first: what carries evidence that it moved the headline before any other, then features, then the one where
    the group is, the largest first. `moved_is_first`: it broke no later than the headline.
    `judged_until`: the last window in which the headline's number could be judged; what rests on labels waits for them.
    `incident_groups`, `incidents`, `found_incidents`: what to select from; `condition`: of which groups, in SQL over incident_groups. -#}
{% macro group_stories(incident_groups, incidents, found_incidents, condition='1 = 1') -%}
{%- set faults = mlmon.text_literals(mlmon.metrics_with('verdict', 'share_rise')) -%}
with heads as (
    select
        incident_groups.group_id, incident_groups.status, incident_groups.cause_kind, incident_groups.cause_incident_id,
        headline.incident_id as headline_incident_id, headline.model_version, headline.segment, headline.segment_value,
        headline.family, headline.subject, headline.metric, headline.compared_to, headline.first_breach_at, found_incidents.last_judged_at
    from {{ incident_groups }} as incident_groups
    inner join {{ incidents }} as headline on headline.incident_id = incident_groups.headline_incident_id
    left join {{ found_incidents }} as found_incidents on found_incidents.incident_id = headline.incident_id
    where {{ condition }}
),

-- the same number in a segment: that which explains the whole, the headline itself, else the worst
parts as (
    select
        heads.group_id, members.segment, members.segment_value, coalesce(members.value, members.peak_value) as value, members.baseline,
        case
            when heads.cause_kind = 'segment' and members.incident_id = heads.cause_incident_id then 'explains'
            when members.incident_id = heads.headline_incident_id then 'headline'
            else 'worst'
        end as kind,
        case when members.status = heads.status then 0 else 1 end as is_past, members.peak_effect, members.incident_id
    from heads
    inner join {{ incidents }} as members
        on members.group_id = heads.group_id and members.family = heads.family and members.subject = heads.subject and members.metric = heads.metric
        and members.compared_to = heads.compared_to and members.model_version = heads.model_version
    where members.segment <> 'overall'
),

ordered_parts as (
    select
        *,
        row_number() over (
            partition by group_id
            order by case kind when 'explains' then 0 when 'headline' then 1 else 2 end, is_past, {{ mlmon.by_size('peak_effect') }} desc, incident_id
        ) as place
    from parts
),

places as (
    select
        heads.*,
        case heads.cause_kind when 'segment' then 'explains' when 'column' then 'mix' else ordered_parts.kind end as where_kind,
        ordered_parts.segment as where_segment, ordered_parts.segment_value as where_segment_value,
        ordered_parts.value as where_value, ordered_parts.baseline as where_baseline
    from heads
    left join ordered_parts
        on ordered_parts.group_id = heads.group_id and ordered_parts.place = 1
        -- of a segment that explains the whole without having broken there is no incident
        and (heads.cause_kind is null or heads.cause_kind <> 'segment' or ordered_parts.kind = 'explains')
),

columns_moved as (
    select
        places.group_id, members.subject, members.column_role, members.metric, members.model_version, members.segment, members.segment_value, members.compared_to,
        members.first_breach_at, members.last_breach_at, coalesce(members.value, members.peak_value) as value, members.baseline,
        members.first_breach_at <= places.first_breach_at as is_first,
        row_number() over (
            partition by places.group_id
            order by
                case when members.incident_id = places.cause_incident_id then 0 else 1 end,
                case members.column_role when 'feature' then 0 else 1 end,
                members.first_breach_at,
                case
                    when members.segment = places.where_segment and members.segment_value = places.where_segment_value then 0
                    when members.segment = 'overall' then 1
                    else 2
                end,
                case when members.metric in ({{ faults }}) then 0 else 1 end,
                {{ mlmon.by_size('members.peak_effect') }} desc, members.incident_id
        ) as place
    from places
    inner join {{ incidents }} as members on members.group_id = places.group_id and members.family = 'drift'
)

select
    places.group_id, places.last_judged_at as judged_until, places.where_kind, places.where_segment, places.where_segment_value, places.where_value, places.where_baseline,
    {% for name in ['subject', 'segment', 'segment_value', 'metric', 'value', 'baseline', 'is_first'] %}columns_moved.{{ name }} as moved_{{ name }}, {% endfor %}
    columns_moved.column_role as moved_role, columns_moved.model_version as moved_version, columns_moved.compared_to as moved_against,
    columns_moved.first_breach_at as moved_at, columns_moved.last_breach_at as moved_until
from places
left join columns_moved on columns_moved.group_id = places.group_id and columns_moved.place = 1
{%- endmacro %}


{#- The columns of `group_stories`, without the key. -#}
{% macro story_columns() %}
    {{ return(['judged_until', 'where_kind', 'where_segment', 'where_segment_value', 'where_value', 'where_baseline', 'moved_subject', 'moved_segment', 'moved_segment_value', 'moved_metric',
        'moved_value', 'moved_baseline', 'moved_is_first', 'moved_role', 'moved_version', 'moved_against', 'moved_at', 'moved_until']) }}
{% endmacro %}


{#- What of a column moved, as a query: a row a group, the column's mean since it broke and in the reference, or of a column of categories the one whose share changed most.
    `category` is empty for NULL, values that are not in the reference and the like: `category_bin` says which. `moved`: rows of `group_stories`, with their `monitor`. -#}
{% macro moved_columns(moved, profile, reference, bins) -%}
{%- set double = mlmon.sql_type('double') -%}
{%- set monitors, starts = [], [] -%}
{%- for row in moved -%}{%- do monitors.append(row.monitor) -%}{%- do starts.append(row.moved_at) -%}{%- endfor -%}
with wanted as (
    {% for row in moved -%}
    {%- set columns = mlmon.columns_by_monitor([row.monitor]).get(row.monitor, []) | selectattr('subject', 'equalto', row.moved_subject) | selectattr('role', 'equalto', row.moved_role) -%}
    select
        {{ mlmon.text_literal(row.group_id) }} as group_id, {{ mlmon.text_literal(row.monitor) }} as monitor,
        {{ mlmon.text_literal((columns | first | default({'name': row.moved_subject})).name) }} as column_name, {{ mlmon.text_literal(row.moved_role) }} as column_role,
        {{ mlmon.text_literal(row.moved_version) }} as model_version, {{ mlmon.text_literal(row.moved_segment) }} as segment, {{ mlmon.text_literal(row.moved_segment_value) }} as segment_value,
        {{ mlmon.timestamp_literal(mlmon.moment(row.moved_at[:19])) }} as first_at, {{ mlmon.timestamp_literal(mlmon.moment(row.moved_until[:19])) }} as last_at
    {{ "union all" if not loop.last }}
    {% endfor -%}
),

counted as (
    select wanted.group_id, profile.bin, 1 as side, profile.n, profile.total
    from {{ profile }} as profile
    inner join wanted
        on wanted.monitor = profile.monitor and wanted.column_name = profile.column_name and wanted.column_role = profile.column_role
        and wanted.model_version = profile.model_version and wanted.segment = profile.segment and wanted.segment_value = profile.segment_value
        and profile.window_start >= wanted.first_at and profile.window_start <= wanted.last_at
    where profile.monitor in ({{ mlmon.text_literals(monitors) }}) and profile.window_start >= {{ mlmon.timestamp_literal(mlmon.moment((starts | min)[:19])) }}
    union all
    select wanted.group_id, reference.bin, 0, reference.n, reference.total
    from {{ reference }} as reference
    inner join wanted
        on wanted.monitor = reference.monitor and wanted.column_name = reference.column_name and wanted.column_role = reference.column_role
        and wanted.segment = reference.segment and wanted.segment_value = reference.segment_value
    where reference.monitor in ({{ mlmon.text_literals(monitors) }})
),

by_bin as (
    select
        group_id, bin,
        {% for side in [0, 1] -%}
        sum(case when side = {{ side }} then n else 0 end) as n_{{ side }},
        sum(case when side = {{ side }} then total end) as total_{{ side }},
        {% endfor -%}
        case when bin in ('null', 'invalid') then 0 else 1 end as is_value
    from counted
    group by group_id, bin
),

sums as (
    select
        group_id,
        {% for side in [0, 1] -%}
        sum(n_{{ side }}) as n_{{ side }}, sum(is_value * n_{{ side }}) as n_values_{{ side }},
        sum(case when is_value = 1 then total_{{ side }} end) as total_{{ side }},
        -- a bin whose sum is unknown leaves the mean unknown
        max(case when is_value = 1 and n_{{ side }} > 0 and total_{{ side }} is null then 1 else 0 end) as is_unknown_{{ side }},
        {% endfor -%}
        max(case when total_0 is not null or total_1 is not null then 1 else 0 end) as is_numeric
    from by_bin
    group by group_id
),

shares as (
    select
        by_bin.group_id, by_bin.bin, sums.is_numeric,
        {% for side in [0, 1] -%}
        {{ mlmon.ratio('by_bin.n_' ~ side, 'sums.n_' ~ side) }} as share_{{ side }},
        case when sums.is_unknown_{{ side }} = 0 then {{ mlmon.ratio('sums.total_' ~ side, 'sums.n_values_' ~ side) }} end as mean_{{ side }},
        {% endfor -%}
        row_number() over (
            partition by by_bin.group_id
            order by {{ mlmon.by_size('abs(' ~ mlmon.ratio('by_bin.n_1', 'sums.n_1') ~ ' - ' ~ mlmon.ratio('by_bin.n_0', 'sums.n_0') ~ ')') }} desc, by_bin.bin
        ) as place
    from by_bin
    inner join sums on sums.group_id = by_bin.group_id
    where sums.n_0 > 0 and sums.n_1 > 0
)

select
    shares.group_id,
    cast(case when shares.is_numeric = 1 then shares.mean_1 end as {{ double }}) as mean_now, cast(case when shares.is_numeric = 1 then shares.mean_0 end as {{ double }}) as mean_before,
    case when shares.is_numeric = 0 then shares.bin end as category_bin, names.category,
    cast(case when shares.is_numeric = 0 then shares.share_1 end as {{ double }}) as share_now, cast(case when shares.is_numeric = 0 then shares.share_0 end as {{ double }}) as share_before
from shares
inner join wanted on wanted.group_id = shares.group_id
left join (
    select monitor, column_name, column_role, bin, max(category) as category
    from {{ bins }}
    where category is not null and bin <> 'other'
    group by monitor, column_name, column_role, bin
) as names
    on shares.is_numeric = 0 and names.monitor = wanted.monitor and names.column_name = wanted.column_name and names.column_role = wanted.column_role and names.bin = shares.bin
where shares.place = 1
{%- endmacro %}
