{#- Cancelled and diverted flights have no arrival delay, so they never get a label. Times are New York's; taxiing is not
    in the data. -#}
select
    flight_id,
    late,
    arrival_delay,
    landed_at
from {{ ref('flights') }}
where late is not null
