with read as (
    select
        cast(starts_at as timestamp) as starts_at,
        workday,
        temperature,
        demand
    from {{ source('elecdemand', 'half_hours') }}
)

select
    'vic-' || cast(starts_at as {{ dbt.type_string() }}) as forecast_id,
    starts_at,
    cast(extract(hour from starts_at) * 2 + floor(extract(minute from starts_at) / 30) as {{ dbt.type_int() }}) as half_hour,
    case
        when extract(hour from starts_at) < 6 then 'night'
        when extract(hour from starts_at) < 12 then 'morning'
        when extract(hour from starts_at) < 18 then 'afternoon'
        else 'evening'
    end as part_of_day,
    case when workday = 1 then 'work day' else 'day off' end as day_type,
    temperature,
    demand as demand_gw,
    case when temperature < 8 then 4 when temperature >= 36 then 36 else floor(temperature / 4.0) * 4 end as degrees
from read
