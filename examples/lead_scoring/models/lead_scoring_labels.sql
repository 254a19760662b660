with outcomes as (
    select
        prediction_id,
        converted,
        case when converted = 1 then revenue_if_converted else 0 end as revenue,
        {{ dbt.dateadd('second', 'label_delay_seconds', 'predicted_at') }} as labeled_at
    from {{ ref('leads') }}
),

-- The sales system's nightly export reaches the warehouse at two in the morning.
loads as (
    select
        *,
        {{ dbt.dateadd('hour', 26, dbt.date_trunc('day', 'labeled_at')) }} as loaded_at
    from outcomes
)

select
    prediction_id,
    converted,
    revenue,
    labeled_at,
    loaded_at
from loads
where loaded_at < cast('{{ var("log_ends") }}' as timestamp)
