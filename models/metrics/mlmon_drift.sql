{{ config(materialized='view') }}
with scaled as (
    select
        distances.*,
        {{ mlmon.dispersion('dispersion', 'monitors.dispersion_windows') }} as dispersion,
        dispersion.mean_chi2, dispersion.variance_chi2
    from {{ ref('mlmon_distances') }} as distances
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = distances.monitor
    left join {{ ref('mlmon_dispersion') }} as dispersion
        on dispersion.monitor = distances.monitor
        and dispersion.segment = distances.segment
        and dispersion.segment_value = distances.segment_value
        and dispersion.column_name = distances.column_name
        and dispersion.column_role = distances.column_role
),

degrees as (
    select
        *,
        {{ mlmon.effective_df('chi2_df') }} as df,
        {{ mlmon.effective_df('chi2_df_pooled') }} as df_pooled,
        {{ mlmon.effective_df('chi2_df_even') }} as df_even,
        {{ mlmon.effective_df('chi2_df_even_pooled') }} as df_even_pooled
    from scaled
),

scores as (
    select
        *,
        {{ mlmon.chi2_to_normal('chi2 / dispersion', 'df') }} as z,
        {{ mlmon.chi2_to_normal('chi2_pooled / dispersion', 'df_pooled') }} as z_pooled,
        {{ mlmon.chi2_to_normal('chi2_even / dispersion', 'df_even') }} as z_even,
        {{ mlmon.chi2_to_normal('chi2_even_pooled / dispersion', 'df_even_pooled') }} as z_even_pooled
    from degrees
)

select
    monitor, model_version, window_start, window_end, is_reference, segment, segment_value, column_name, column_role,
    n, n_reference, null_rate, invalid_rate, mean, stddev, p05, p25, p50, p75, p95,
    psi, psi_excess, js_distance, hellinger, ks, wasserstein, tv_distance, chi2, chi2_df,
    case when chi2 is not null then dispersion end as dispersion,
    {{ mlmon.normal_tail('z') }} as p_value,
    n_pooled, psi_excess_pooled, chi2_pooled, chi2_df_pooled,
    case when chi2_pooled is not null then dispersion end as dispersion_pooled,
    {{ mlmon.normal_tail('z_pooled') }} as p_value_pooled,
    case when chi2_df_even > 0 then {{ mlmon.normal_tail('z_even') }} when chi2_df_even = 0 then 1.0 end as p_value_even,
    case when chi2_df_even_pooled > 0 then {{ mlmon.normal_tail('z_even_pooled') }} when chi2_df_even_pooled = 0 then 1.0 end as p_value_even_pooled
from scores
