{#- The first query of an incident's runbook, filled in: the series of the number, from some windows before it broke, in the part where it broke.
    `incident`: a mapping with the columns of mlmon_incidents, times as ISO texts. Texts are quoted by the adapter. -#}
{% macro runbook_query(incident) %}
    {%- set literal = mlmon.text_literal -%}
    {%- if incident.metric == 'data_problem' -%}
        {{ return("select monitor, data_problem\nfrom " ~ mlmon.model_relation('mlmon_monitors') ~ "\nwhere monitor = " ~ literal(incident.monitor) ~ ";") }}
    {%- endif -%}
    {%- set column = mlmon.columns_by_monitor([incident.monitor]).get(incident.monitor, []) | selectattr('subject', 'equalto', incident.subject) | first | default({'name': incident.subject}) -%}
    {%- set shown = {
        'performance': ['mlmon_performance', ['n_predictions', 'n_labelled', incident.metric], []],
        'drift': ['mlmon_drift', ['n', 'null_rate', 'invalid_rate', 'mean', 'p50', 'psi_excess', 'psi_excess_pooled'], [['column_name', column.name]] + ([['column_role', incident.column_role]] if incident.column_role else [])],
        'fairness': ['mlmon_fairness', ['group_value', 'n', 'n_labelled', incident.metric], [['attribute', incident.subject.split('=')[0]]]],
        'operations': ['mlmon_metrics', ['metric', 'value', 'n'], [['subject', 'review']]] if incident.subject == 'review'
            else ['mlmon_operations', ['n_rows', 'n_predictions', 'n_labels', incident.metric], []],
        'correlation': ['mlmon_correlations', ['n', 'correlation', 'baseline'], [['column_name', incident.subject.split(',')[0]], ['other_column', incident.subject.split(',')[-1]]]],
        'estimate': ['mlmon_estimates', ['n_predictions', 'n_labelled', incident.metric, incident.metric ~ '_low', incident.metric ~ '_high', 'is_trusted', 'reason'], [['estimator', 'calibrated']]],
        'value': ['mlmon_value', ['n_labelled', 'business_value', 'lost', 'value_at_stake'], []],
        'kpi': ['mlmon_kpis', ['numerator', 'denominator', 'value'], [['kpi', incident.subject]]]
    } -%}
    {%- if incident.family not in shown -%}{{ return(none) }}{%- endif -%}
    {%- set table, columns, conditions = shown[incident.family] -%}
    {%- if table in ['mlmon_drift', 'mlmon_metrics', 'mlmon_value'] and mlmon.has_moving_baselines() -%}{%- do conditions.append(['compared_to', incident.compared_to or 'reference']) -%}{%- endif -%}
    {%- set began = incident.first_breach_at or incident.opened_at -%}
    {%- set lines = [
        'select window_start, ' ~ columns | unique | join(', '),
        'from ' ~ mlmon.model_relation(table),
        'where monitor = ' ~ literal(incident.monitor) ~ ' and model_version = ' ~ literal(incident.model_version or 'all'),
        '    and segment = ' ~ literal(incident.segment) ~ ' and segment_value = ' ~ literal(incident.segment_value)
    ] -%}
    {%- for name, value in conditions -%}{%- do lines.append('    and ' ~ name ~ ' = ' ~ literal(value)) -%}{%- endfor -%}
    {%- if began -%}
        {%- set block = (var('mlmon_monitors', {}) or {}).get(incident.monitor) -%}
        {%- set window = mlmon.resolve_monitor(incident.monitor, block).window if block else 'day' -%}
        {%- set days = {'hour': 1, 'day': 14, 'week': 98, 'month': 366}.get(window, 14) -%}
        {%- set start = modules.datetime.datetime.fromisoformat(began) - modules.datetime.timedelta(days=days) -%}
        {%- do lines.append('    and window_start >= ' ~ mlmon.timestamp_literal(start.strftime('%Y-%m-%d %H:%M:%S'))) -%}
    {%- endif -%}
    {%- do lines.append('order by window_start;') -%}
    {{ return(lines | join('\n')) }}
{% endmacro %}
