with named as (
    select
        *,
        cast(
            cast(year as {{ dbt.type_string() }}) || '-' || right('0' || cast(month as {{ dbt.type_string() }}), 2) || '-'
            || right('0' || cast(day as {{ dbt.type_string() }}), 2) as date
        ) as flight_date
    from {{ source('nycflights13', 'flights') }}
),

scheduled as (
    select
        *,
        {{ dbt.dateadd('minute', 'cast(hour * 60 + minute as ' ~ dbt.type_int() ~ ')', 'cast(flight_date as timestamp)') }}
            as scheduled_departure
    from named
)

select
    cast(flight_date as {{ dbt.type_string() }}) || '-' || carrier || cast(flight as {{ dbt.type_string() }})
    || '-' || origin as flight_id,
    scheduled_departure,
    {{ dbt.dateadd('minute', 'cast(dep_delay as ' ~ dbt.type_int() ~ ')', 'scheduled_departure') }} as departed_at,
    {{ dbt.dateadd('minute', 'cast(dep_delay + air_time as ' ~ dbt.type_int() ~ ')', 'scheduled_departure') }} as landed_at,
    carrier,
    origin,
    dest,
    hour,
    distance,
    dep_delay as departure_delay,
    arr_delay as arrival_delay,
    -- Five-minute steps from fifteen early to an hour late, and beyond; NULL for a flight that never left.
    case
        when dep_delay < -15 then -15
        when dep_delay >= 60 then 60
        else floor(dep_delay / 5.0) * 5
    end as delay_step,
    case when arr_delay >= 15 then 1 when arr_delay < 15 then 0 end as late
from scheduled
