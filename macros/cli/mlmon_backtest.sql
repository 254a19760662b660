{#- Replays thresholds and alert settings over the stored history. `sides`: [{name, block}], each a block of `alerts`, `thresholds` and `verdicts` laid upon every
    monitor's own; `only`: monitors, all where empty; `since`, `until`: windows that count; `truths`: [{name, monitor, at}], moments at which something was
    known to break, beside the known changes and the groups that a person acknowledged. All work is done in temporary tables.
    Prints rows of kind `mistake`, or of kind `side` (a side and monitor), `part` (family and segment) and `truth`. -#}
{% macro mlmon_backtest(sides, only=[], since=none, until=none, truths=[]) %}
    {%- set configured = var('mlmon_monitors', {}) -%}
    {%- set mistakes = [] -%}
    {%- for name in only if name not in configured -%}
        {%- do mistakes.append("there is no monitor '" ~ name ~ "'" ~ mlmon.suggestion(name, configured.keys() | list)) -%}
    {%- endfor -%}
    {%- for truth in truths if truth.monitor not in configured -%}
        {%- do mistakes.append("there is no monitor '" ~ truth.monitor ~ "'" ~ mlmon.suggestion(truth.monitor, configured.keys() | list)) -%}
    {%- endfor -%}
    {%- set replays = [] -%}
    {%- for side in sides -%}
        {%- for key in side.block if key not in ['alerts', 'thresholds', 'verdicts'] -%}
            {%- do mistakes.append("'" ~ key ~ "' cannot be replayed: it changes what is stored" ~ mlmon.suggestion(key, ['alerts', 'thresholds', 'verdicts'])) -%}
        {%- endfor -%}
        {%- set blocks, specs = {}, [] -%}
        {%- for name, block in configured.items() if not only or name in only -%}{%- do blocks.update({name: mlmon.deep_merge(block, side.block)}) -%}{%- endfor -%}
        {%- if not mistakes -%}
            {%- for mistake in mlmon.validate_config(columns=false, monitors=blocks) -%}{%- do mistakes.append(mlmon.mistake_text(mistake)) -%}{%- endfor -%}
        {%- endif -%}
        {%- if not mistakes -%}
            {%- for name, block in blocks.items() -%}
                {%- set spec = mlmon.resolve_monitor(name, block) -%}
                {%- set live = mlmon.resolve_monitor(name, configured[name]) -%}
                {%- if spec.min_rows < live.min_rows -%}
                    {%- do mistakes.append("monitor '" ~ name ~ "': 'alerts.min_rows' is " ~ spec.min_rows ~ "; what rests on fewer rows than the " ~ live.min_rows
                        ~ " of the last run was not judged and cannot be replayed. Legal: " ~ live.min_rows ~ ' or more') -%}
                {%- endif -%}
                {%- for key in ['pooled_windows', 'dispersion', 'min_reference_windows', 'seasonal_weeks'] if spec.verdicts[key] != live.verdicts[key] -%}
                    {%- do mistakes.append("monitor '" ~ name ~ "': 'verdicts." ~ key ~ "' is " ~ (spec.verdicts[key] | lower) ~ " and was " ~ (live.verdicts[key] | lower)
                        ~ " in the last run; it changes the stored numbers and cannot be replayed. Legal: alpha, metrics") -%}
                {%- endfor -%}
                {%- for metric, parameters in spec.verdicts.metrics.items() -%}
                    {%- set least = (live.verdicts.metrics.get(metric) or {}).get('min_rows') or live.min_rows -%}
                    {%- if parameters.get('min_rows') and parameters.min_rows < least -%}
                        {%- do mistakes.append("monitor '" ~ name ~ "': 'verdicts.metrics." ~ metric ~ ".min_rows' is " ~ parameters.min_rows
                            ~ "; what rests on fewer rows than the " ~ least ~ " of the last run was not judged and cannot be replayed. Legal: " ~ least ~ ' or more') -%}
                    {%- endif -%}
                {%- endfor -%}
                {%- do specs.append(spec) -%}
            {%- endfor -%}
            {%- do replays.append({'name': side.name, 'specs': specs}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if mistakes -%}
        {%- for mistake in mistakes | unique -%}{%- do mlmon.print_row({'kind': 'mistake', 'message': mistake}) -%}{%- endfor -%}
    {%- else -%}
        {%- for replay in replays if replay.specs -%}
            {%- do mlmon.replay(replay.name, loop.index0, replay.specs, since, until, truths) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}


{#- One side: temporary tables, and the rows they give. -#}
{% macro replay(name, number, specs, since, until, truths) %}
    {%- set monitors = mlmon.temporary_table('mlmon_replay_monitors_' ~ number, mlmon.replayed_monitors(specs)) -%}
    {%- set rules = mlmon.temporary_table('mlmon_replay_rules_' ~ number, mlmon.judging_rules(mlmon.catalog_relation(), monitors, specs)) -%}
    {%- set checks = mlmon.temporary_table('mlmon_replay_checks_' ~ number, mlmon.replayed_checks(monitors, rules, since, until)) -%}
    {%- set episodes = mlmon.temporary_table('mlmon_replay_episodes_' ~ number, mlmon.series_episodes(checks, monitors, mlmon.catalog_relation(), specs=specs)) -%}
    {%- set incidents_query -%}
        select
            {{ mlmon.incident_id('checked') }} as incident_id, checked.*,
            case when checked.closed_at is null then 'open' else 'closed' end as status
        from (
            {{ mlmon.found_incidents(episodes) }}
        ) as checked
        inner join {{ monitors }} as own on own.monitor = checked.monitor
        where own.reference_start is null or checked.last_breach_at >= own.reference_start
    {%- endset -%}
    {%- set found_incidents = mlmon.temporary_table('mlmon_replay_incidents_' ~ number, incidents_query) -%}
    {%- set groups = mlmon.temporary_table('mlmon_replay_groups_' ~ number, mlmon.regrouped_incidents(found_incidents, monitors)) -%}
    {%- for row in mlmon.query_rows(mlmon.replay_totals_query(checks, groups)) -%}
        {%- do mlmon.print_row(mlmon.deep_merge(row, {'kind': 'side', 'side': name})) -%}
    {%- endfor -%}
    {%- for row in mlmon.query_rows(mlmon.replay_parts_query(checks, groups)) -%}
        {%- do mlmon.print_row(mlmon.deep_merge(row, {'kind': 'part', 'side': name})) -%}
    {%- endfor -%}
    {%- for row in mlmon.query_rows(mlmon.replay_truths_query(monitors, checks, groups, truths, specs)) -%}
        {%- do mlmon.print_row(mlmon.deep_merge(row, {'kind': 'truth', 'side': name})) -%}
    {%- endfor -%}
    {%- do mlmon.drop_temporary([monitors, rules, checks, episodes, found_incidents, groups]) -%}
{% endmacro %}


{#- grouped_incidents of found_incidents that the replay made: it carries no window of its own. -#}
{% macro regrouped_incidents(found_incidents, monitors) -%}
    {%- set narrow -%}
        (
            select
                incident_id, {{ mlmon.series_key() | join(', ') }}, severity, status,
                opened_at, closed_at, first_breach_at, last_breach_at, n_windows, peak_effect, last_judged_at
            from {{ found_incidents }}
        )
    {%- endset -%}
    {{ mlmon.grouped_incidents(narrow, monitors) }}
{%- endmacro %}


{% macro replay_totals_query(checks, groups) %}
    select
        judged.monitor, judged.n_windows, judged.weeks, judged.n_judged, judged.n_breaches,
        coalesce(told.n_alerts, 0) as n_alerts, coalesce(told.n_alerts, 0) / judged.weeks as alerts_per_week,
        coalesce(told.n_incidents, 0) as n_incidents, coalesce(told.n_closed, 0) as n_closed
    from (
        select
            monitor, count(distinct window_start) as n_windows,
            {{ mlmon.seconds_between('min(window_start)', 'max(window_end)') }} / 604800.0 as weeks,
            sum(case when status <> 'insufficient_data' then 1 else 0 end) as n_judged,
            sum(case when status in ('warn', 'error') then 1 else 0 end) as n_breaches
        from {{ checks }}
        group by monitor
    ) as judged
    left join (
        select
            monitor, count(distinct group_id) as n_alerts, count(*) as n_incidents,
            sum(case when status = 'closed' then 1 else 0 end) as n_closed
        from {{ groups }}
        group by monitor
    ) as told on told.monitor = judged.monitor
    order by judged.monitor
{% endmacro %}


{#- An alert counts where its headline is. -#}
{% macro replay_parts_query(checks, groups) %}
    select
        judged.monitor, judged.family, judged.segment, judged.n_breaches,
        coalesce(told.n_alerts, 0) as n_alerts, coalesce(told.n_incidents, 0) as n_incidents, coalesce(told.n_closed, 0) as n_closed
    from (
        select monitor, family, segment, sum(case when status in ('warn', 'error') then 1 else 0 end) as n_breaches
        from {{ checks }}
        group by monitor, family, segment
    ) as judged
    left join (
        select
            monitor, family, segment, sum(case when place = 1 then 1 else 0 end) as n_alerts, count(*) as n_incidents,
            sum(case when status = 'closed' then 1 else 0 end) as n_closed
        from {{ groups }}
        group by monitor, family, segment
    ) as told on told.monitor = judged.monitor and told.family = judged.family and told.segment = judged.segment
    where judged.n_breaches > 0
    order by judged.monitor, judged.family, judged.segment
{% endmacro %}


{#- What was known to break, and the alert about it: of the groups with an incident that began within 30 days of it the worst, of equally bad ones the earliest, and in it
    the first such incident; of what a person acknowledged, one of the same metric. `detected_at`: the window in which it opened. `told_at`: when its message can be sent at the earliest, once that window is
    over and, where the number needs labels, mature. `delay_hours` until then, `window_delay_hours` until that window. NULL where none opened. -#}
{% macro replay_truths_query(monitors, checks, groups, truths, specs) %}
    with known as (
        select
            coalesce(changes.monitor, monitors.monitor) as monitor, changes.change_name as name, changes.starts_at as happened_at,
            cast(null as {{ dbt.type_string() }}) as family, cast(null as {{ dbt.type_string() }}) as subject, cast(null as {{ dbt.type_string() }}) as metric
        from {{ mlmon.built_table('mlmon_change_events') }} as changes
        inner join {{ monitors }} as monitors on coalesce(changes.monitor, monitors.monitor) = monitors.monitor
        union all
        select live.monitor, 'acknowledged: ' || live.metric, live.first_breach_at, live.family, live.subject, live.metric
        from {{ mlmon.built_table('mlmon_incident_groups') }} as live
        inner join {{ monitors }} as monitors on monitors.monitor = live.monitor
        where live.acknowledged_at is not null
        {%- for truth in truths %}
        union all
        select {{ mlmon.text_literal(truth.monitor) }}, {{ mlmon.text_literal(truth.name) }}, {{ mlmon.timestamp_literal(truth.at) }}, null, null, null
        {%- endfor %}
    ),

    reach as (
        select monitor, min(window_start) as first_start, max(window_end) as last_end
        from {{ checks }}
        group by monitor
    ),

    timed as (
        select
            incidents.*, {{ mlmon.add_windows('monitors.' ~ mlmon.reserved_name('window'), 'incidents.first_breach_at', 1) }} as first_breach_end,
            {{ mlmon.add_windows('monitors.' ~ mlmon.reserved_name('window'), 'incidents.opened_at', 1) }} as window_end,
            case
                when incidents.family = 'performance' and incidents.metric not in ({{ mlmon.text_literals(mlmon.metrics_with('labels', 'none', 'performance')) }})
                    or incidents.family = 'fairness' and incidents.metric not in ({{ mlmon.text_literals(mlmon.metrics_with('labels', 'none', 'fairness')) }})
                    or kinds.needs_labels = 1 then coalesce(monitors.maturity_seconds, 0)
                else 0
            end as matures_in
        from {{ groups }} as incidents
        inner join {{ monitors }} as monitors on monitors.monitor = incidents.monitor
        left join (
            {{ mlmon.configured_kpis(specs) }}
        ) as kinds on kinds.monitor = incidents.monitor and kinds.kpi = incidents.subject and incidents.family = 'kpi'
    ),

    opened as (
        select
            timed.*, {{ mlmon.matures_at('window_end', 'matures_in') }} as told_at,
            min(case severity when 'error' then 0 else 1 end) over (partition by group_id) as rank_of_alert
        from timed
    ),

    candidates as (
        select
            known.monitor, known.name, known.happened_at, opened.family, opened.segment, opened.segment_value, opened.subject, opened.metric,
            opened.severity, opened.opened_at, opened.told_at,
            row_number() over (
                partition by known.monitor, known.name, known.happened_at
                order by opened.rank_of_alert, opened.told_at, opened.place, opened.incident_id
            ) as candidate
        from known
        inner join reach on reach.monitor = known.monitor and known.happened_at >= reach.first_start and known.happened_at < reach.last_end
        left join opened
            on opened.monitor = known.monitor
            and opened.first_breach_end > known.happened_at
            and opened.first_breach_at < {{ mlmon.add_time('day', 30, 'known.happened_at') }}
            and coalesce(known.family, opened.family) = opened.family
            and coalesce(known.subject, opened.subject) = opened.subject
            and coalesce(known.metric, opened.metric) = opened.metric
    )

    select
        monitor, name, happened_at, opened_at as detected_at, told_at, family, segment, segment_value, subject, metric, severity,
        case
            when opened_at > happened_at then {{ mlmon.seconds_between('happened_at', 'opened_at') }} / 3600.0
            when opened_at is not null then 0.0
        end as window_delay_hours,
        {{ mlmon.seconds_between('happened_at', 'told_at') }} / 3600.0 as delay_hours
    from candidates
    where candidate = 1
    order by monitor, happened_at, name
{% endmacro %}
