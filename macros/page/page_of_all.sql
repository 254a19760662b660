{#- The blocks about all of the monitors `names`. -#}
{% macro page_of_all(names, now, since, until) %}
    {%- set among = mlmon.text_literals(names) -%}
    {%- do mlmon.page_block(none, 'overview', mlmon.page_overview_query(among)) -%}
    {%- do mlmon.page_block(none, 'versions', mlmon.page_health_query(among)) -%}
    {%- do mlmon.page_block(none, 'timeline', mlmon.page_timeline_query(among)) -%}
    {%- do mlmon.page_block(none, 'restatements', mlmon.page_restatements_query(among)) -%}
    {%- do mlmon.page_block(none, 'metrics', 'select family, metric, direction, unit, meaning, formula\nfrom ' ~ graph.nodes['seed.mlmon.mlmon_metric_catalog'].relation_name ~ '\norder by family, metric') -%}
    {%- do mlmon.page_incidents(among, now, since, until) -%}
{% endmacro %}


{#- A row a monitor, the worst first, with the open group that cost most. -#}
{% macro page_overview_query(among) -%}
    select
        health.monitor, health.task, health.status, health.n_open_error, health.n_open_warn, health.open_since,
        first_group.group_id, health.headline_metric, health.headline_value, health.headline_baseline, health.labelled_window_start, health.label_coverage,
        health.n_predictions, health.last_window_start, health.last_prediction_at, health.value_at_stake, health.owner, monitors.runbook,
        monitors.{{ mlmon.reserved_name('window') }} as time_window, monitors.reference_start, monitors.reference_end, monitors.has_labels, monitors.data_problem
    from {{ mlmon.built_table('mlmon_health') }} as health
    inner join {{ mlmon.built_table('mlmon_monitors') }} as monitors on monitors.monitor = health.monitor
    left join (
        select
            incident_groups.monitor, incident_groups.group_id,
            row_number() over (
                partition by incident_groups.monitor
                order by case when incident_groups.severity = 'error' then 0 else 1 end, coalesce(costs.lost, 0) desc, incident_groups.n_open desc,
                    incident_groups.first_breach_at, incident_groups.group_id
            ) as place
        from {{ mlmon.built_table('mlmon_incident_groups') }} as incident_groups
        left join (
            {{ mlmon.group_costs(mlmon.built_table('mlmon_incidents'), mlmon.built_table('mlmon_kpis'), mlmon.built_table('mlmon_baselines'), mlmon.built_table('mlmon_moving_baselines')) }}
        ) as costs on costs.group_id = incident_groups.group_id
        where incident_groups.status = 'open'
    ) as first_group on first_group.monitor = health.monitor and first_group.place = 1
    where health.model_version = 'all' and health.monitor in ({{ among }})
    order by
        case health.status when 'error' then 0 when 'no_data' then 1 when 'warn' then 2 when 'insufficient_data' then 3 else 4 end,
        coalesce(health.value_at_stake, 0) desc, health.n_open_error desc, health.n_open_warn desc, health.monitor
{%- endmacro %}


{% macro page_health_query(among) -%}
    select
        monitor, model_version, status, last_window_start, n_predictions, labelled_window_start, label_coverage,
        headline_metric, headline_value, headline_baseline
    from {{ mlmon.built_table('mlmon_health') }}
    where monitor in ({{ among }})
    order by monitor, model_version
{%- endmacro %}


{% macro page_timeline_query(among) -%}
    select event_id, monitor, kind, starts_at, ends_at, title
    from {{ mlmon.built_table('mlmon_timeline') }}
    where monitor is null or monitor in ({{ among }})
    order by starts_at, event_id
{%- endmacro %}
