-- Rows come from the unit tests; here only names and types.
select
    cast(null as varchar) as verdict,
    cast(null as integer) as higher_is_better,
    cast(null as double) as value,
    cast(null as double) as median_value,
    cast(null as double) as baseline
where 1 = 0
