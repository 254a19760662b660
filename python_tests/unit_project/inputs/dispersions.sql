-- Rows come from the unit tests; here only names and types.
select
    cast(null as varchar) as case_name,
    cast(null as bigint) as n_windows,
    cast(null as double) as mean_chi2,
    cast(null as double) as variance_chi2,
    cast(null as double) as mean_df,
    cast(null as bigint) as chi2_df
where 1 = 0
