{#- The model: how often flights of January and February came late, by carrier, hour and departure delay. A cell of few
    flights leans on the rate of its delay alone, as if twenty more flights had shown it. -#}
with fitted_on as (
    select
        carrier,
        hour,
        delay_step,
        late
    from {{ ref('flights') }}
    where late is not null and scheduled_departure < cast('2013-03-01' as timestamp)
),

steps as (
    select
        delay_step,
        avg(late * 1.0) as step_rate
    from fitted_on
    group by delay_step
),

cells as (
    select
        carrier,
        hour,
        delay_step,
        count(*) as flights,
        sum(late) as late_flights
    from fitted_on
    group by carrier, hour, delay_step
)

select
    cells.carrier,
    cells.hour,
    steps.delay_step,
    steps.step_rate,
    (cells.late_flights + 20 * steps.step_rate) / (cells.flights + 20) as late_rate
from cells
inner join steps on cells.delay_step = steps.delay_step
