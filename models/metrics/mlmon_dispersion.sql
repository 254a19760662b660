{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'baselines'}) }}
{{ mlmon.table_layout(by_window=false) }}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
-- depends_on: {{ ref('mlmon_calendar') }}
-- How much the windows of the reference differ from each other beyond chance, per column and segment: over all values (`all`) and over those that are
-- neither NULL, invalid nor unseen (`shape`).
{%- set key = 'monitor, segment, segment_value, column_name, column_role, compared_to' %}
{%- set double = mlmon.sql_type('double') %}
with reference_windows as (
    select distances.*
    from {{ ref('mlmon_distances') }} as distances
    where {{ mlmon.is_of_reference_to_judge('distances') }} and distances.is_reference and distances.model_version = 'all' and distances.compared_to in ({{ mlmon.text_literals(mlmon.pinned_baselines() | list) }})
        and {{ mlmon.is_normal('distances') }}{% if mlmon.has_holidays() %} and not {{ mlmon.is_holiday('distances') }}{% endif %}
),

compared as (
    select
        {{ key }}, 'all' as part, chi2, chi2_df, n, n_reference,
        {{ mlmon.double_literal(none) }} as excess_over_rest, {{ mlmon.double_literal(none) }} as excess_over_rest_pooled
    from reference_windows
    where n > 0 and n_reference > n
    union all
    select {{ key }}, 'shape', shape_chi2, shape_df, shape_n, shape_n_reference, excess_over_rest, excess_over_rest_pooled
    from reference_windows
    where shape_n > 0 and shape_n_reference > shape_n
),

scaled as (
    select
        {{ key }}, part, excess_over_rest, excess_over_rest_pooled, cast(chi2_df as {{ double }}) as chi2_df,
        chi2 * {{ mlmon.own_part('n', 'n_reference') }} as chi2
    from compared
    where chi2_df > 0
)

select
    {{ key }}, part,
    count(chi2) as n_windows,
    avg(chi2) as mean_chi2,
    var_samp(chi2) as variance_chi2,
    avg(chi2_df) as mean_df,
    {{ mlmon.usual_excess('excess_over_rest') }} as usual_excess,
    {{ mlmon.usual_excess('excess_over_rest_pooled') }} as usual_excess_pooled
from scaled
group by {{ key }}, part
