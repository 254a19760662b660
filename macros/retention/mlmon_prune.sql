{#- Takes windows out of the monitoring tables that are older than `older_than` ('400 days'), counted back from the newest timestamp of each
    monitor and not from the clock. What goes of the metrics is kept by month in mlmon_history. Prints a row a monitor and table: how many rows went, or would go, and how many were written.

    The reference, its bins and its windows stay, and so do the checks of series that breached before, from which past incidents are derived.
    The watermarks notes how far a monitor was pruned, so that later runs leave those windows alone though the logs may still hold them. -#}
{% macro mlmon_prune(older_than, dry_run=false) %}
    {%- set only = mlmon.run_option('mlmon_only', []) -%}
    {%- set watermarks = mlmon.built_table('mlmon_watermarks') -%}
    {%- do mlmon.built_table('mlmon_history') -%}
    {%- do mlmon.check_version(['mlmon_checks', 'mlmon_history']) -%}
    {%- if not dry_run -%}{%- do mlmon.hold_tables() -%}{%- endif -%}
    {%- set plans = [] -%}
    {%- set known = mlmon.watermark_rows() -%}
    {%- for name, block in var('mlmon_monitors', {}).items() if not only or name | string in only -%}
        {%- set row = known.get(name | string) -%}
        {%- if row and row.newest_timestamp -%}
            {%- do plans.append(mlmon.pruning_plan(mlmon.resolve_monitor(name | string, block), row, older_than)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not dry_run and 'pruned_before' not in adapter.get_columns_in_relation(watermarks) | map(attribute='name') | map('lower') | list -%}
        {#- a watermarks of an older version -#}
        {%- do mlmon.add_new_columns(watermarks, mlmon.watermark_columns()) -%}
        {%- do mlmon.commit() -%}
    {%- endif -%}
    {%- for plan in plans -%}
        {%- if not dry_run and plan.n_rows > 0 -%}
            {#- first what is kept of them, then the mark: should the engine have no transactions and this end halfway, the next pruning deletes the rest -#}
            {%- do mlmon.keep_history(plan.monitor, plan.history_until, plan.before) -%}
            {%- do mlmon.update_rows(watermarks, 'pruned_before', mlmon.timestamp_literal(plan.before), 'monitor = ' ~ mlmon.text_literal(plan.monitor)) -%}
            {%- for part in plan.parts if part.n_rows > 0 -%}{%- do mlmon.delete_rows(part.relation, part.condition) -%}{%- endfor -%}
            {%- do mlmon.commit() -%}
        {%- endif -%}
        {%- for part in plan.parts -%}
            {%- do mlmon.print_row({'kind': 'pruned', 'monitor': plan.monitor, 'before': plan.before, 'table': part.table, 'n_rows': part.n_rows}) -%}
        {%- endfor -%}
        {%- do mlmon.print_row({'kind': 'kept', 'monitor': plan.monitor, 'before': plan.before, 'table': 'mlmon_history', 'n_rows': plan.n_months}) -%}
    {%- endfor -%}
{% endmacro %}


{#- What a pruning of one monitor would delete -> {monitor, before (text, UTC), n_rows, parts: [{table, relation, condition, n_rows}], history_until, n_months (rows to write)}. -#}
{% macro pruning_plan(spec, watermarks, older_than) %}
    {%- set seconds = mlmon.duration_seconds(older_than) -%}
    {%- if seconds is none -%}
        {{ exceptions.raise_compiler_error("mlmon: --older-than is '" ~ older_than ~ "'; expected a duration such as '400 days' or '52 weeks'") }}
    {%- endif -%}
    {%- if spec.window != watermarks.time_window -%}
        {{ exceptions.raise_compiler_error("mlmon: monitor '" ~ spec.name ~ "': its windows are by " ~ spec.window ~ " now and by " ~ watermarks.time_window
            ~ ' in the tables; run `mlmon run` first') }}
    {%- endif -%}
    {%- set n_windows = spec.pooled_windows if 'previous_version' in spec.baselines else spec.windows_before + 1 -%}
    {%- set least = [n_windows * {'hour': 3600, 'day': 86400, 'week': 604800, 'month': 2678400}[spec.window], spec.maturity_seconds or 0] | max -%}
    {%- if seconds < least -%}
        {{ exceptions.raise_compiler_error("mlmon: monitor '" ~ spec.name ~ "': --older-than is '" ~ older_than ~ "'; it must be at least " ~ (least / 86400) | round(2)
            ~ ' days: ' ~ n_windows ~ ' windows, and as long as labels.maturity, for until then windows still change') }}
    {%- endif -%}
    {%- set horizon = mlmon.truncate_timestamp(spec.window, 'cast(' ~ mlmon.add_time('second', -1 * seconds, mlmon.timestamp_literal(watermarks.newest_timestamp))
        ~ ' as ' ~ dbt.type_timestamp() ~ ')') -%}
    {%- set before = [run_query('select ' ~ mlmon.timestamp_text(horizon) ~ ' as horizon').rows[0][0], watermarks.pruned_before or ''] | max -%}
    {%- set own = 'monitor = ' ~ mlmon.text_literal(spec.name) -%}
    {%- set is_old = 'window_start < ' ~ mlmon.timestamp_literal(before) -%}
    {%- set parts = [] -%}
    {%- set total = namespace(n_rows=0) -%}
    {%- for table, kind in mlmon.pruned_tables().items() -%}
        {%- set relation = mlmon.model_relation(table) -%}
        {%- if relation is not none -%}
            {%- if kind == 'sums' -%}
                {%- set condition = own ~ ' and ' ~ is_old ~ ' and not ' ~ mlmon.in_ranges('window_start', mlmon.ranges_left(spec, before)) -%}
            {%- elif kind == 'metrics' -%}
                {#- what windows that stay are compared with stays too -#}
                {%- set condition = own ~ ' and ' ~ is_old ~ ' and not is_reference'
                    ~ (' and not ' ~ mlmon.in_ranges('window_start', mlmon.measured_ranges_left(spec, before)) if spec.baseline_reach else '') -%}
            {%- elif kind == 'baselines' -%}
                {%- set condition = own ~ ' and ' ~ is_old
                    ~ (' and not ' ~ mlmon.in_ranges('window_start', [[spec.reference.start, spec.reference.end]]) if spec.reference.start else '') -%}
            {%- else -%}
                {%- set series = mlmon.series_text() -%}
                {%- set condition = own ~ ' and ' ~ is_old ~ ' and ' ~ series ~ ' not in (select ' ~ series ~ ' from ' ~ mlmon.model_relation('mlmon_checks')
                    ~ ' where ' ~ own ~ ' and ' ~ is_old ~ " and status in ('warn', 'error'))" -%}
            {%- endif -%}
            {%- set n_rows = run_query('select count(*) from ' ~ relation ~ ' where ' ~ condition).rows[0][0] | int -%}
            {%- set total.n_rows = total.n_rows + n_rows -%}
            {%- do parts.append({'table': table, 'relation': relation, 'condition': condition, 'n_rows': n_rows}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set history_until = mlmon.history_until(spec.name) -%}
    {%- set n_months = namespace(written=0) -%}
    {%- if total.n_rows > 0 and (history_until is none or history_until < before) -%}
        {%- set n_months.written = run_query('select count(*) from (' ~ mlmon.history_rows(spec.name, history_until, before) ~ ') as months').rows[0][0] | int -%}
    {%- endif -%}
    {{ return({'monitor': spec.name, 'before': before, 'n_rows': total.n_rows, 'parts': parts, 'history_until': history_until, 'n_months': n_months.written}) }}
{% endmacro %}


{#- The tables by window -> {name: sums, metrics, baselines or checks}. -#}
{% macro pruned_tables() %}
    {{ return({
        'mlmon_profile': 'sums', 'mlmon_outcomes': 'sums', 'mlmon_log_health': 'sums', 'mlmon_label_health': 'sums', 'mlmon_kpi_sums': 'sums',
        'mlmon_label_age_sums': 'sums', 'mlmon_pair_sums': 'sums',
        'mlmon_distances': 'metrics', 'mlmon_performance': 'metrics', 'mlmon_classes': 'metrics', 'mlmon_estimates': 'metrics', 'mlmon_fairness': 'metrics', 'mlmon_operations': 'metrics', 'mlmon_kpis': 'metrics', 'mlmon_moving_baselines': 'baselines',
        'mlmon_checks': 'checks', 'mlmon_stated_values': 'checks'
    }) }}
{% endmacro %}


{#- What names a series of checks, as one text. Should two series have the same, more is kept than need be. -#}
{% macro series_text() %}
    {%- set parts = [] -%}
    {%- for name in mlmon.series_key(without=['monitor']) -%}
        {%- do parts.append(name) -%}
        {%- if not loop.last -%}{%- do parts.append("'|'") -%}{%- endif -%}
    {%- endfor -%}
    {{ return(dbt.concat(parts)) }}
{% endmacro %}
