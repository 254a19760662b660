{#- The first half of the model: demand by half-hour and kind of day, at temperatures that need neither heating nor cooling. -#}
select
    half_hour,
    day_type,
    avg(demand_gw) as shape_gw
from {{ ref('half_hours') }}
where starts_at < cast('{{ var("fitted_until") }}' as timestamp) and temperature between 12 and 28
group by half_hour, day_type
