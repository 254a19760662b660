{#- The departure delay is known when the aircraft leaves: that is when a prediction is logged. A flight that never
    leaves has the overall rate, from the schedule alone. -#}
with step_rates as (
    select
        delay_step,
        max(step_rate) as step_rate
    from {{ ref('late_rates') }}
    group by delay_step
),

overall as (
    select avg(late * 1.0) as base_rate
    from {{ ref('flights') }}
    where scheduled_departure < cast('2013-03-01' as timestamp)
),

scored as (
    select
        flights.*,
        coalesce(late_rates.late_rate, step_rates.step_rate, overall.base_rate) as score
    from {{ ref('flights') }} as flights
    left join {{ ref('late_rates') }} as late_rates
        on
            flights.carrier = late_rates.carrier
            and flights.hour = late_rates.hour
            and flights.delay_step = late_rates.delay_step
    left join step_rates on flights.delay_step = step_rates.delay_step
    cross join overall
)

select
    flight_id,
    scheduled_departure,
    carrier,
    origin,
    dest,
    hour,
    distance,
    departure_delay,
    score,
    case when score >= 0.5 then 1 else 0 end as predicted_late,
    case when departed_at > scheduled_departure then departed_at else scheduled_departure end as logged_at
from scored
