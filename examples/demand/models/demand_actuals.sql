-- The meters are read by six in the next morning.
with metered as (
    select
        forecast_id,
        demand_gw,
        {{ dbt.dateadd('hour', 30, dbt.date_trunc('day', 'starts_at')) }} as metered_at
    from {{ ref('half_hours') }}
)

select
    forecast_id,
    demand_gw,
    metered_at
from metered
where metered_at < cast('{{ var("log_ends") }}' as timestamp)
