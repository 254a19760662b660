-- Rows come from the unit tests; here only names and types.
select
    cast(null as varchar) as case_name,
    cast(null as double) as pb,
    cast(null as double) as pa
where 1 = 0
