{#- The other half: what a step of temperature adds, by part of the day. -#}
select
    half_hours.part_of_day,
    half_hours.degrees,
    avg(half_hours.demand_gw - daily_shapes.shape_gw) as effect_gw
from {{ ref('half_hours') }} as half_hours
inner join {{ ref('daily_shapes') }} as daily_shapes
    on half_hours.half_hour = daily_shapes.half_hour and half_hours.day_type = daily_shapes.day_type
where half_hours.starts_at < cast('{{ var("fitted_until") }}' as timestamp)
group by half_hours.part_of_day, half_hours.degrees
