{#- Estimates of binary models, as CTEs up to `binary_bands`. See estimated_tasks.sql. -#}
{% macro binary_estimates() -%}
{%- set series = mlmon.estimate_series() -%}
{%- set metrics = mlmon.estimated_tasks().binary.metrics -%}
binary_labels as {{ mlmon.materialized_cte() }} (
{{ mlmon.labelled_bins('binary', ['n_positive', 'score_total']) }}
),

binary_bins as (
    select scored_bins.*, profile.total / nullif(profile.n, 0) as mean_score
    from scored_bins
    inner join {{ ref('mlmon_profile') }} as profile
        on {{ mlmon.same_row('profile', 'scored_bins', series + ['window_start', 'bin']) }} and profile.column_role = 'score'
    where scored_bins.task = 'binary' and not scored_bins.is_reference
),

{{ mlmon.expected_confusions('binary') }},

binary_bands as (
    select
        {%- for metric in metrics %}
        {{ mlmon.normal_band(metric, mlmon.metric_column(metric), metric ~ '_error') }},
        {%- endfor %}
        {{ mlmon.value_of_counts('binary_errors') }} as business_value,
        binary_errors.*
    from binary_errors
)
{%- endmacro %}
