{#- Why a number broke: the incident that a person names, or the headline of a group, with its group and story; what it is judged against; what its change is made of, and of which kind it is; which columns moved; which
    of its windows are other numbers than when they were judged; the known change that it is linked to; what is estimated where labels are not complete. A row each, by its kind. `target`: as `named_incidents` takes it. -#}
{% macro mlmon_explain(target) %}
    {%- do mlmon.check_version(['mlmon_checks', 'mlmon_watermarks', 'mlmon_events']) -%}
    {%- set last_windows = mlmon.last_windows_by_monitor() -%}
    {%- set named = mlmon.named_incidents(target, last_windows) -%}
    {%- if named -%}
        {%- set now, key = mlmon.moment_now(), named.members[0] -%}
        {%- set lead = mlmon.query_rows('select * from (' ~ mlmon.report_incidents_query(now, key.status != 'open', []) ~ ') as shown where incident_id = ' ~ mlmon.text_literal(key.incident_id))[0] -%}
        {%- set group = mlmon.query_rows('select * from (' ~ mlmon.report_groups_query(now, false, [key.group_id], [key.group_id]) ~ ') as shown where group_id = ' ~ mlmon.text_literal(key.group_id))[0] -%}
        {%- if group.headline_incident_id != lead.incident_id -%}
            {%- set group = mlmon.deep_merge(group, mlmon.query_rows(mlmon.story_of_member(lead))[0]) -%}
        {%- endif -%}
        {%- set columns = mlmon.query_rows(mlmon.columns_beside(lead, group)) -%}
        {%- set moved = mlmon.what_moved([group] + columns, ([group] + columns) | map(attribute='group_id') | list) -%}
        {%- do mlmon.print_rows('monitor', mlmon.explained_monitor(lead, last_windows)) -%}
        {%- do mlmon.print_row(mlmon.deep_merge(lead, {
            'kind': 'incident', 'actions': lead.actions.split(',') if lead.actions and lead.severity == 'error' else [], 'query': mlmon.runbook_query(lead)
        })) -%}
        {%- set kinds = mlmon.kinds_of_change([mlmon.deep_merge(lead, {'group_id': group.group_id, 'cause_kind': group.cause_kind})], [group.group_id]) -%}
        {%- do mlmon.print_row(mlmon.deep_merge(mlmon.deep_merge(mlmon.deep_merge(group, moved[group.group_id]), kinds[group.group_id]), {'kind': 'group'})) -%}
        {%- for column in columns -%}
            {%- do mlmon.print_row(mlmon.deep_merge(mlmon.deep_merge(column, moved[column.group_id]), {'kind': 'column'})) -%}
        {%- endfor -%}
        {%- do mlmon.print_rows('baseline', mlmon.judged_against(lead)) -%}
        {%- if lead.segment == 'overall' and lead.family in ['performance', 'kpi'] -%}{%- do mlmon.print_rows('split', mlmon.split_of_change(lead, group)) -%}{%- endif -%}
        {%- do mlmon.print_rows('restated', mlmon.restated_since(lead)) -%}
        {%- if lead.change_name -%}{%- do mlmon.print_rows('change', mlmon.linked_change(lead)) -%}{%- endif -%}
        {%- if lead.status == 'open' and lead.family == 'performance' and lead.metric in mlmon.of_estimated_tasks(mlmon.estimated_tasks(), 'metrics') -%}{%- do mlmon.print_rows('estimate', mlmon.estimates_beyond(lead, group.judged_until)) -%}{%- endif -%}
    {%- endif -%}
{% endmacro %}


{#- The story of a group told from one of its members instead of the headline. What explains the headline explains nothing else. -#}
{% macro story_of_member(lead) -%}
    {%- set text = dbt.type_string() -%}
    {%- set retold -%}
        (
            select
                group_id, status, {{ mlmon.text_literal(lead.incident_id) }} as headline_incident_id,
                cast(null as {{ text }}) as cause_kind, cast(null as {{ text }}) as cause_incident_id
            from {{ mlmon.built_table('mlmon_incident_groups') }}
        )
    {%- endset -%}
    select stories.*, cast(null as {{ text }}) as cause_kind, cast(null as {{ text }}) as cause
    from (
        {{ mlmon.group_stories(retold, mlmon.built_table('mlmon_incidents'), mlmon.built_table('mlmon_found_incidents'), 'incident_groups.group_id = ' ~ mlmon.text_literal(lead.group_id)) }}
    ) as stories
{%- endmacro %}


{#- The monitor of an incident, as far as its explanation needs it. -#}
{% macro explained_monitor(lead, last_windows) -%}
    {%- set window = mlmon.reserved_name('window') -%}
    select
        monitor, task, owner, runbook, {{ window }}, reference_start, reference_end,
        {{ mlmon.row_moment(last_windows.get(lead.monitor)) }} as last_window
    from {{ mlmon.built_table('mlmon_monitors') }}
    where monitor = {{ mlmon.text_literal(lead.monitor) }}
{%- endmacro %}


{#- The columns of the group that drifted beside the one that moved first, a row each: where they moved as a whole before where they moved in a part. That of the incident itself comes first. -#}
{% macro columns_beside(lead, group) -%}
    {%- set faults = mlmon.text_literals(mlmon.metrics_with('verdict', 'share_rise')) -%}
    {%- set is_lead = 'case when incident_id = ' ~ mlmon.text_literal(lead.incident_id) ~ ' then 0 else 1 end' -%}
    select
        incident_id as group_id, monitor, subject as moved_subject, column_role as moved_role, metric as moved_metric, model_version as moved_version,
        segment as moved_segment, segment_value as moved_segment_value, compared_to as moved_against, first_breach_at as moved_at, last_breach_at as moved_until,
        coalesce(value, peak_value) as moved_value, baseline as moved_baseline
    from (
        select
            *,
            max({{ mlmon.by_size('peak_effect') }}) over (partition by subject) as subject_effect,
            row_number() over (
                partition by subject
                order by {{ is_lead }}, case when segment = 'overall' then 0 else 1 end, case when metric in ({{ faults }}) then 0 else 1 end, first_breach_at,
                    {{ mlmon.by_size('peak_effect') }} desc, incident_id
            ) as place
        from {{ mlmon.built_table('mlmon_incidents') }}
        where group_id = {{ mlmon.text_literal(lead.group_id) }} and family = 'drift'
            {%- if group.moved_subject %} and subject <> {{ mlmon.text_literal(group.moved_subject) }}{% endif %}
    ) as columns_moved
    where place = 1
    order by {{ is_lead }}, case column_role when 'feature' then 0 else 1 end, subject_effect desc, subject
    limit 3
{%- endmacro %}


{#- What the value of an incident was judged against, in the last window that breached. -#}
{% macro judged_against(lead) -%}
    select
        window_start, compared_to, baseline_windows, baseline_phase,
        case when baseline_phase >= {{ mlmon.first_holiday_phase() }} then 1 else 0 end as is_holiday
    from {{ mlmon.built_table('mlmon_checks') }}
    where {{ mlmon.of_series(lead, mlmon.series_key()) }} and window_start = {{ mlmon.row_moment(lead.last_breach_at) }}
{%- endmacro %}


{#- What the change of the whole in the last window that breached is made of, at most one row: of the declared segment whose parts, or whose mix, explain most beyond their size, the mix,
    the part that changed most within, and all other parts. -#}
{% macro split_of_change(lead, group) -%}
    {%- set key = ['monitor', 'model_version', 'family', 'subject', 'metric', 'compared_to'] -%}
    {%- set of_part = mlmon.ratio('total_change', 'whole_change') ~ ' - (baseline_share + share) / 2' -%}
    {%- set of_mix = mlmon.ratio('whole_mix', 'whole_change') -%}
    select
        parts.window_start, parts.by_segment, parts.part, parts.baseline_share, parts.share, parts.baseline, parts.value,
        parts.whole_change as total_change, parts.within_change as part_within_change, parts.whole_mix as mix_change,
        parts.whole_within - parts.within_change as others_within_change, parts.n_parts, parts.is_reversal
    from (
        select
            *,
            row_number() over (
                order by
                    {% if group.where_kind == 'explains' and group.where_segment %}case when by_segment = {{ mlmon.text_literal(group.where_segment) }} then 0 else 1 end,{% endif %}
                    {{ mlmon.by_size('explains_most') }} desc, by_segment, place
            ) as choice
        from (
            select *, max(case when {{ of_mix }} > {{ of_part }} then {{ of_mix }} else {{ of_part }} end) over (partition by by_segment) as explains_most
            from (
                select
                    window_start, by_segment, part, baseline_share, share, baseline, value, total_change, within_change, is_reversal,
                    sum(total_change) over (partition by by_segment) as whole_change,
                    sum(mix_change) over (partition by by_segment) as whole_mix,
                    sum(within_change) over (partition by by_segment) as whole_within,
                    count(*) over (partition by by_segment) as n_parts,
                    row_number() over (partition by by_segment order by {{ mlmon.by_size('abs(within_change)') }} desc, part) as place
                from {{ mlmon.built_table('mlmon_explanations') }}
                where {{ mlmon.of_series(lead, key) }} and window_start = {{ mlmon.row_moment(lead.last_breach_at) }}
            ) as measured
        ) as weighed
        where n_parts > 1
    ) as parts
    where parts.choice = 1
{%- endmacro %}


{#- The windows of an incident whose number has become another one since it was first judged: how many, and the one that changed most, at most one row. -#}
{% macro restated_since(lead) -%}
    {%- set until = lead.closed_at or lead.last_breach_at -%}
    select window_start, first_value, first_known_at, value, restated_at, reason, n_windows
    from (
        select
            *,
            count(*) over (partition by monitor) as n_windows,
            row_number() over (order by {{ mlmon.by_size('abs(value - first_value)') }} desc, window_start) as place
        from (
            select *, row_number() over (partition by window_start order by restatement desc) as from_last
            from {{ mlmon.built_table('mlmon_restatements') }}
            where {{ mlmon.of_series(lead, mlmon.series_key()) }}
                and window_start >= {{ mlmon.row_moment(lead.first_breach_at) }} and window_start <= {{ mlmon.row_moment(until) }}
        ) as changes
        where from_last = 1
    ) as restated
    where place = 1
{%- endmacro %}


{#- The known change that an incident is linked to: who declared it, and why. -#}
{% macro linked_change(lead) -%}
    select change_name, change_kind, starts_at, ends_at, expects, actor, reason
    from {{ mlmon.built_table('mlmon_change_events') }}
    where change_name = {{ mlmon.text_literal(lead.change_name) }} and starts_at = {{ mlmon.row_moment(lead.change_at) }}
        and coalesce(monitor, {{ mlmon.text_literal(lead.monitor) }}) = {{ mlmon.text_literal(lead.monitor) }}
    order by recorded_at desc, event_id
    limit 1
{%- endmacro %}


{#- What a metric is estimated to be in the last window whose labels are not complete, a row an estimator, what is to be trusted first. -#}
{% macro estimates_beyond(lead, judged_until) -%}
    {%- set column = mlmon.metric_column(lead.metric) -%}
    select estimator, window_start, n_predictions, n_labelled, {{ column }} as value, {{ lead.metric }}_low as low, {{ lead.metric }}_high as high, is_trusted, reason
    from (
        select *, row_number() over (partition by estimator order by window_start desc) as place
        from {{ mlmon.built_table('mlmon_estimates') }}
        where {{ mlmon.of_series(lead, ['monitor', 'model_version', 'segment', 'segment_value']) }}
            and window_start > {{ mlmon.row_moment(judged_until or lead.last_breach_at) }} and n_labelled < n_predictions and {{ column }} is not null
    ) as last_estimates
    where place = 1
    order by case when is_trusted then 0 else 1 end, estimator desc
{%- endmacro %}


{#- Whether a row is of an incident's series, by these columns -> SQL condition. -#}
{% macro of_series(incident, names) -%}
    {%- for name in names %}{{ name }} = {{ mlmon.text_literal(incident[name]) }}{{ " and " if not loop.last }}{% endfor -%}
{%- endmacro %}


{#- A time that a query gave, as a literal. -#}
{% macro row_moment(value) %}{{ return(mlmon.timestamp_literal(mlmon.moment(value[:19]) if value else none)) }}{% endmacro %}
