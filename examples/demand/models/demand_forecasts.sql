{#- A temperature that the summer did not have adds nothing: the model knows no heating. -#}
select
    half_hours.forecast_id,
    half_hours.starts_at,
    half_hours.part_of_day,
    half_hours.day_type,
    half_hours.temperature,
    daily_shapes.shape_gw + coalesce(weather_effects.effect_gw, 0) as forecast_gw
from {{ ref('half_hours') }} as half_hours
inner join {{ ref('daily_shapes') }} as daily_shapes
    on half_hours.half_hour = daily_shapes.half_hour and half_hours.day_type = daily_shapes.day_type
left join {{ ref('weather_effects') }} as weather_effects
    on half_hours.part_of_day = weather_effects.part_of_day and half_hours.degrees = weather_effects.degrees
where half_hours.starts_at < cast('{{ var("log_ends") }}' as timestamp)
