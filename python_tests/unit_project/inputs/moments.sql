-- Rows come from the unit tests; here only names and types.
select
    cast(null as timestamp) as happened_at
where 1 = 0
