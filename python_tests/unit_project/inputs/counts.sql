-- Rows come from the unit tests; here only names and types.
select
    cast(null as varchar) as case_name,
    cast(null as double) as b,
    cast(null as double) as a,
    cast(null as double) as n,
    cast(null as double) as m
where 1 = 0
