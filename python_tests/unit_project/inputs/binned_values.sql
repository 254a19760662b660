-- Rows come from the unit tests; here only names and types.
select
    cast(null as varchar) as case_name,
    cast(null as integer) as bin,
    cast(null as double) as n,
    cast(null as double) as minimum,
    cast(null as double) as maximum
where 1 = 0
