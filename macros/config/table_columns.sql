{#- The columns of every table that mlmon fills window by window, in order, with their types. One place says what an
    empty table looks like, what an insert names, and what a new version of the package has to add.
    Types: text, timestamp, boolean, bigint, double. -#}
{% macro table_columns(model_name) %}
    {%- set tables = mlmon.all_table_columns() -%}
    {%- if model_name not in tables -%}
        {{ exceptions.raise_compiler_error("mlmon: no columns are declared for '" ~ model_name ~ "'. Declared: " ~ tables.keys() | join(', ')) }}
    {%- endif -%}
    {{ return(tables[model_name]) }}
{% endmacro %}


{% macro all_table_columns() %}{{ return(mlmon.once('collected_columns')) }}{% endmacro %}


{% macro collected_columns() %}
    {%- set window_key = [
        ['monitor', 'text'], ['model_version', 'text'],
        ['window_start', 'timestamp'], ['window_end', 'timestamp'], ['is_reference', 'boolean'],
        ['segment', 'text'], ['segment_value', 'text']
    ] -%}
    {%- set series_key = [] -%}
    {%- for name in mlmon.series_key() -%}{%- do series_key.append([name, 'text']) -%}{%- endfor -%}
    {#- what a series has besides its monitor, version and segment -#}
    {%- set subject_key = series_key[4:] -%}
    {%- set column_key = [['column_name', 'text'], ['column_role', 'text']] -%}
    {%- set metrics = mlmon.declared_metrics() -%}
    {%- set bin_sums = [
        ['bin', 'text'], ['n', 'bigint'], ['total', 'double'], ['total_sq', 'double'],
        ['minimum', 'double'], ['maximum', 'double'], ['centered_sq', 'double']
    ] -%}
    {#- what a baseline says of a number -#}
    {%- set statistics = [
        ['n_windows', 'bigint'], ['baseline', 'double'], ['n', 'bigint'], ['weight', 'double'], ['mean_value', 'double'], ['spread', 'double'],
        ['mean_log', 'double'], ['spread_log', 'double'], ['median_value', 'double'], ['median_deviation', 'double'], ['dispersion', 'double'],
        ['usual_n', 'double'], ['df', 'bigint']
    ] -%}
    {%- set estimates = [] -%}
    {%- for metric in mlmon.of_estimated_tasks(mlmon.estimated_tasks(), 'metrics') -%}
        {%- do estimates.extend([[metric, 'double'], [metric ~ '_low', 'double'], [metric ~ '_high', 'double']]) -%}
    {%- endfor -%}
    {{ return({
        'mlmon_bins': [
            ['monitor', 'text'], ['reference_id', 'text'], ['is_provisional', 'boolean'],
            ['column_name', 'text'], ['column_role', 'text'], ['bin', 'text'], ['bin_number', 'bigint'],
            ['psi_group', 'text'], ['lower', 'double'], ['upper', 'double'], ['category', 'text'], ['center', 'double'],
            ['n_categories', 'bigint'], ['n_single', 'bigint'], ['share', 'double']
        ],
        'mlmon_reference': [
            ['monitor', 'text'], ['segment', 'text'], ['segment_value', 'text'],
            ['column_name', 'text'], ['column_role', 'text'], ['bin', 'text'],
            ['lower', 'double'], ['upper', 'double'], ['category', 'text'],
            ['n', 'bigint'], ['total', 'double'], ['share', 'double'],
            ['total_sq', 'double'], ['minimum', 'double'], ['maximum', 'double'], ['centered_sq', 'double'],
            ['psi_group', 'text'], ['reference_id', 'text']
        ],
        'mlmon_profile': window_key + column_key + bin_sums,
        'mlmon_outcomes': window_key + [['bin', 'text'], ['class', 'text'], ['label', 'text']] + mlmon.sum_columns(),
        'mlmon_log_health': window_key + [
            ['n_rows', 'bigint'], ['n_predictions', 'bigint'], ['n_invalid_scores', 'bigint'],
            ['latency_p50', 'double'], ['latency_p95', 'double'], ['latency_p99', 'double'],
            ['label_lag_p50', 'double'], ['label_lag_p95', 'double']
        ] + mlmon.metric_columns(mlmon.error_quantiles()),
        'mlmon_label_health': window_key + [['n_labels', 'bigint'], ['n_orphan_labels', 'bigint']],
        'mlmon_kpi_sums': window_key + [['kpi', 'text'], ['numerator', 'double'], ['denominator', 'double']],
        'mlmon_label_age_sums': window_key + [['is_positive', 'boolean'], ['age_windows', 'bigint'], ['n', 'bigint']],
        'mlmon_pair_sums': window_key + [
            ['column_name', 'text'], ['other_column', 'text'], ['n', 'bigint'], ['x_total', 'double'], ['y_total', 'double'],
            ['xx_total', 'double'], ['yy_total', 'double'], ['xy_total', 'double']
        ],
        'mlmon_distances': window_key + column_key + [['compared_to', 'text']] + [
            ['n', 'bigint'], ['n_reference', 'bigint'], ['null_rate', 'double'], ['invalid_rate', 'double'],
            ['mean', 'double'], ['stddev', 'double'],
            ['p05', 'double'], ['p25', 'double'], ['p50', 'double'], ['p75', 'double'], ['p95', 'double'],
            ['psi', 'double'], ['psi_excess', 'double'], ['js_distance', 'double'], ['hellinger', 'double'],
            ['ks', 'double'], ['wasserstein', 'double'], ['tv_distance', 'double'], ['chi2', 'double'], ['chi2_df', 'bigint'],
            ['n_pooled', 'bigint'], ['psi_excess_pooled', 'double'], ['chi2_pooled', 'double'], ['chi2_df_pooled', 'bigint'],
            ['chi2_sparse', 'double'], ['chi2_df_sparse', 'double'], ['chi2_sparse_pooled', 'double'], ['chi2_df_sparse_pooled', 'double'],
            ['unseen_rate', 'double'], ['shape_n', 'bigint'], ['shape_n_reference', 'bigint'], ['shape_excess', 'double'], ['shape_chi2', 'double'],
            ['shape_df', 'bigint'], ['shape_n_pooled', 'bigint'], ['shape_excess_pooled', 'double'],
            ['excess_over_rest', 'double'], ['excess_over_rest_pooled', 'double'],
            ['member_windows', 'bigint'], ['member_chi2', 'double'], ['member_chi2_variance', 'double'], ['member_df', 'double'],
            ['shape_member_windows', 'bigint'], ['shape_member_chi2', 'double'], ['shape_member_chi2_variance', 'double'], ['shape_member_df', 'double'],
            ['member_excess', 'double']
        ],
        'mlmon_dispersion': window_key[:1] + window_key[5:] + column_key + [
            ['compared_to', 'text'], ['part', 'text'], ['n_windows', 'bigint'], ['mean_chi2', 'double'], ['variance_chi2', 'double'], ['mean_df', 'double'],
            ['usual_excess', 'double'], ['usual_excess_pooled', 'double']
        ],
        'mlmon_baselines': window_key[:1] + window_key[5:] + subject_key + [['phase', 'bigint']] + statistics,
        'mlmon_moving_baselines': window_key[:1] + window_key[2:3] + window_key[5:] + subject_key + [['model_version', 'text']] + statistics,
        'mlmon_performance': window_key + [
            ['n_predictions', 'bigint'], ['n_labelled', 'bigint'], ['label_coverage', 'double'], ['is_mature', 'boolean']
        ] + mlmon.count_columns(mlmon.shown_sums()) + mlmon.metric_columns(metrics.performance.metrics | rejectattr('labels', 'equalto', 'arrival'))
            + mlmon.interval_columns(metrics.performance.metrics) + mlmon.bound_columns(metrics.performance.metrics),
        'mlmon_classes': window_key + [
            ['class', 'text'], ['n_predicted', 'bigint'], ['n_labelled', 'bigint'], ['n_positive', 'bigint'],
            ['tp', 'bigint'], ['fp', 'bigint'], ['tn', 'bigint'], ['fn', 'bigint'], ['is_mature', 'boolean']
        ] + mlmon.metric_columns(mlmon.class_metrics()),
        'mlmon_fairness': window_key + [
            ['attribute', 'text'], ['group_value', 'text'], ['n', 'bigint'], ['n_labelled', 'bigint'],
            ['is_suppressed', 'boolean'], ['is_mature', 'boolean']
        ] + mlmon.metric_columns(metrics.fairness.metrics) + mlmon.count_columns(mlmon.group_counts() | list) + [['reference_group', 'text']]
            + mlmon.count_columns(mlmon.reference_counts() | list),
        'mlmon_estimates': window_key + [['estimator', 'text'], ['n_predictions', 'bigint'], ['n_labelled', 'bigint']] + estimates
            + [['business_value', 'double'], ['is_trusted', 'boolean'], ['reason', 'text']],
        'mlmon_operations': window_key + [
            ['n_predictions', 'bigint'], ['latency_p50', 'double'], ['latency_p95', 'double'], ['latency_p99', 'double'],
            ['duplicate_rate', 'double'], ['orphan_label_rate', 'double'],
            ['label_lag_p50', 'double'], ['label_lag_p95', 'double'], ['invalid_score_rate', 'double'],
            ['n_rows', 'bigint'], ['n_labels', 'bigint']
        ],
        'mlmon_kpis': window_key + [
            ['kpi', 'text'], ['numerator', 'double'], ['denominator', 'double'], ['value', 'double'], ['is_mature', 'boolean']
        ],
        'mlmon_checks': window_key + subject_key + [
            ['value', 'double'], ['baseline', 'double'], ['warn_threshold', 'double'], ['error_threshold', 'double'],
            ['q_value', 'double'], ['status', 'text'], ['n', 'bigint'], ['p_value', 'double'], ['verdict', 'text'],
            ['effect', 'double'],
            ['alpha', 'double'], ['min_effect', 'double'], ['min_effect_error', 'double'], ['min_rows', 'bigint'], ['span_windows', 'bigint'],
            ['baseline_windows', 'bigint'], ['baseline_phase', 'bigint'], ['dispersion', 'double'], ['side', 'text'], ['is_clean', 'boolean'],
            ['reason', 'text']
        ],
        'mlmon_stated_values': window_key + subject_key + [
            ['statement', 'bigint'], ['value', 'double'], ['status', 'text'], ['stated_at', 'timestamp'], ['reason', 'text']
        ],
        'mlmon_deliveries': [
            ['delivery_key', 'text'], ['incident_id', 'text']
        ] + series_key + [
            ['transition', 'text'], ['severity', 'text'], ['channel', 'text'], ['delivered_at', 'timestamp'],
            ['receipt', 'text'], ['group_id', 'text'], ['message_key', 'text'], ['as_of', 'timestamp'],
            ['reference_id', 'text'], ['sums_hash', 'text'], ['rules_hash', 'text'], ['extent', 'bigint'], ['value_rate', 'double']
        ],
        'mlmon_history': [
            ['monitor', 'text'], ['model_version', 'text'], ['window_start', 'timestamp'], ['window_end', 'timestamp'],
            ['segment', 'text'], ['segment_value', 'text']
        ] + subject_key + [
            ['value', 'double'], ['minimum', 'double'], ['maximum', 'double'], ['n', 'bigint'], ['n_windows', 'bigint'], ['covered_until', 'timestamp'], ['weight', 'double']
        ],
        'mlmon_events': [
            ['event_id', 'text'], ['event_type', 'text'], ['scope', 'text'], ['incident_id', 'text']
        ] + series_key + [
            ['opened_at', 'timestamp'], ['as_of', 'timestamp'], ['actor', 'text'], ['reason', 'text'], ['recorded_at', 'timestamp'],
            ['muted_until', 'timestamp'], ['assignee', 'text'],
            ['change_name', 'text'], ['change_kind', 'text'], ['starts_at', 'timestamp'], ['ends_at', 'timestamp'], ['expects', 'text'],
            ['refers_to', 'text']
        ],
        'mlmon_runs': [['run_id', 'text'], ['holder', 'text'], ['event', 'text'], ['happened_at', 'timestamp']],
        'mlmon_review_queue': [
            ['monitor', 'text'], ['prediction_id', 'text'], ['window_start', 'timestamp'], ['window_end', 'timestamp'],
            ['incident_id', 'text'], ['segment', 'text'], ['segment_value', 'text'], ['reason', 'text'], ['place', 'bigint'],
            ['queued_at', 'timestamp']
        ],
        'mlmon_review_decisions': [
            ['monitor', 'text'], ['prediction_id', 'text'], ['decision', 'text'], ['decided_by', 'text'], ['note', 'text'],
            ['decided_at', 'timestamp']
        ],
        'mlmon_windows_to_read': [
            ['monitor', 'text'], ['window_start', 'timestamp'], ['window_end', 'timestamp'],
            ['in_predictions', 'boolean'], ['in_outcomes', 'boolean'], ['in_label_log', 'boolean'],
            ['is_whole_log', 'boolean'], ['is_gone', 'boolean'], ['has_copies', 'boolean'], ['has_label_copies', 'boolean']
        ],
        'mlmon_new_watermarks': mlmon.watermark_columns(),
        'mlmon_watermarks': mlmon.watermark_columns()
    }) }}
{% endmacro %}


{% macro watermark_columns() %}
    {{ return([
        ['monitor', 'text'], ['sums_hash', 'text'], ['rules_hash', 'text'], ['reference_id', 'text'], ['time_window', 'text'],
        ['is_fresh', 'boolean'], ['has_new_predictions', 'boolean'], ['has_new_labels', 'boolean'],
        ['prediction_mark', 'timestamp'], ['n_predictions_at_mark', 'bigint'],
        ['first_timestamp', 'timestamp'], ['newest_prediction', 'timestamp'],
        ['label_mark', 'timestamp'], ['n_labels_at_mark', 'bigint'], ['newest_label', 'timestamp'],
        ['newest_timestamp', 'timestamp'], ['previous_newest_timestamp', 'timestamp'], ['n_undated', 'bigint'],
        ['has_copies', 'boolean'], ['has_label_copies', 'boolean'],
        ['pruned_before', 'timestamp'],
        ['n_prediction_rows', 'bigint'], ['n_predictions_ahead', 'bigint'], ['n_predictions_unseen', 'bigint'],
        ['n_label_rows', 'bigint'], ['n_labels_ahead', 'bigint'], ['n_labels_unseen', 'bigint']
    ]) }}
{% endmacro %}
