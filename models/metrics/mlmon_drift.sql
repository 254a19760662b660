{{ config(materialized=mlmon.view_kind()) }}
{%- set key = ['monitor', 'segment', 'segment_value', 'column_name', 'column_role', 'compared_to'] %}
-- how much the windows compared with differ: those of the reference, or the members of a baseline that moves
with compared as (
    select
        distances.*, monitors.dispersion_windows as min_windows,
        {%- for part, prefix in {'all': '', 'shape': 'shape_'}.items() %}
        coalesce(of_{{ part }}.n_windows, {{ 'distances.' ~ prefix ~ 'member_windows' }}) as {{ part }}_n_windows,
        coalesce(of_{{ part }}.mean_chi2, {{ 'distances.' ~ prefix ~ 'member_chi2' }}) as {{ part }}_mean_chi2,
        coalesce(of_{{ part }}.variance_chi2, {{ 'distances.' ~ prefix ~ 'member_chi2_variance' }}) as {{ part }}_variance_chi2,
        coalesce(of_{{ part }}.mean_df, {{ 'distances.' ~ prefix ~ 'member_df' }}) as {{ part }}_mean_df,
        {%- endfor %}
        coalesce(of_shape.usual_excess, distances.member_excess) as shape_usual_excess,
        coalesce(of_shape.usual_excess_pooled, distances.member_excess) as shape_usual_excess_pooled
    from {{ ref('mlmon_distances') }} as distances
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = distances.monitor
    {%- for part in ['all', 'shape'] %}
    left join {{ ref('mlmon_dispersion') }} as of_{{ part }} on {{ mlmon.same_row('of_' ~ part, 'distances', key) }} and of_{{ part }}.part = '{{ part }}'
    {%- endfor %}
),

scaled as (
    select
        *,
        {{ mlmon.dispersion('all_', 'min_windows') }} as all_dispersion,
        {{ mlmon.dispersion('shape_', 'min_windows') }} as shape_dispersion,
        -- what the windows compared with show is usual
        case when shape_usual_excess > 0 and min_windows is not null then shape_usual_excess else 0.0 end as usual_excess,
        case when shape_usual_excess_pooled > 0 and min_windows is not null then shape_usual_excess_pooled else 0.0 end as usual_excess_pooled
    from compared
),

degrees as (
    select
        *,
        {{ mlmon.effective_df('chi2_df', 'all_') }} as df,
        {{ mlmon.effective_df('chi2_df_pooled', 'all_') }} as df_pooled,
        {{ mlmon.effective_df('chi2_df_sparse', 'shape_') }} as df_sparse,
        {{ mlmon.effective_df('chi2_df_sparse_pooled', 'shape_') }} as df_sparse_pooled
    from scaled
),

scores as (
    select
        *,
        {{ mlmon.chi2_to_normal('chi2 / all_dispersion', 'df') }} as z,
        {{ mlmon.chi2_to_normal('chi2_pooled / all_dispersion', 'df_pooled') }} as z_pooled,
        {{ mlmon.chi2_to_normal('chi2_sparse / shape_dispersion', 'df_sparse') }} as z_sparse,
        {{ mlmon.chi2_to_normal('chi2_sparse_pooled / shape_dispersion', 'df_sparse_pooled') }} as z_sparse_pooled
    from degrees
)

select
    monitor, model_version, window_start, window_end, is_reference, segment, segment_value, column_name, column_role, compared_to,
    n, n_reference, null_rate, invalid_rate, mean, stddev, p05, p25, p50, p75, p95,
    psi, psi_excess, js_distance, hellinger, ks, wasserstein, tv_distance, chi2, chi2_df,
    case when chi2 is not null then all_dispersion end as dispersion,
    {{ mlmon.normal_tail('z') }} as p_value,
    n_pooled, psi_excess_pooled, chi2_pooled, chi2_df_pooled,
    case when chi2_pooled is not null then all_dispersion end as dispersion_pooled,
    {{ mlmon.normal_tail('z_pooled') }} as p_value_pooled,
    case when chi2_df_sparse > 0 then {{ mlmon.normal_tail('z_sparse') }} when chi2_df_sparse = 0 then 1.0 end as p_value_sparse,
    case when chi2_df_sparse_pooled > 0 then {{ mlmon.normal_tail('z_sparse_pooled') }} when chi2_df_sparse_pooled = 0 then 1.0 end as p_value_sparse_pooled,
    unseen_rate,
    shape_excess - usual_excess as effect,
    shape_excess_pooled - usual_excess_pooled as effect_pooled,
    usual_excess, usual_excess_pooled,
    shape_n, shape_n_reference, shape_n_pooled,
    case when shape_excess is not null then shape_dispersion end as shape_dispersion
from scores
