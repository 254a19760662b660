-- Rows come from the unit tests; here only names and types.
select
    cast(null as timestamp) as window_start,
    cast(null as varchar) as model_version,
    cast(null as varchar) as segment_1,
    cast(null as varchar) as segment_2,
    cast(null as bigint) as n
where 1 = 0
