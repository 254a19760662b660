-- Rows come from the unit tests; here only names and types.
select
    cast(null as varchar) as case_name,
    cast(null as varchar) as as_text,
    cast(null as double) as as_number,
    cast(null as boolean) as as_boolean
where 1 = 0
