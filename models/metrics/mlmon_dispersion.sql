{{ config(materialized='table') }}
-- How much the days of the reference differ from each other beyond chance, per column and segment. With every day in the whole that it is
-- compared with, its chi-square is too small by (1/n - 1/m) / (1/n + 1/m).
with reference_windows as (
    select
        monitor, segment, segment_value, column_name, column_role,
        chi2 * ({{ mlmon.ratio('1', 'n') }} + {{ mlmon.ratio('1', 'n_reference') }}) / nullif({{ mlmon.ratio('1', 'n') }} - {{ mlmon.ratio('1', 'n_reference') }}, 0) as chi2,
        chi2_df
    from {{ ref('mlmon_distances') }}
    where is_reference and model_version = 'all' and n > 0 and n_reference > n
)

select
    monitor, segment, segment_value, column_name, column_role,
    count(chi2) as n_windows,
    avg(chi2) as mean_chi2,
    var_samp(chi2) as variance_chi2,
    avg(cast(chi2_df as {{ mlmon.sql_type('double') }})) as mean_df
from reference_windows
where chi2_df > 0
group by monitor, segment, segment_value, column_name, column_role
