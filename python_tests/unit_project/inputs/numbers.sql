-- Rows come from the unit tests; here only names and types.
select
    cast(null as varchar) as case_name,
    cast(null as double) as x,
    cast(null as double) as y,
    cast(null as double) as z,
    cast(null as double) as w
where 1 = 0
