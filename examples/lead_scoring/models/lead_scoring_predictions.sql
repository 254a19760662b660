with scored as (
    select
        *,
        case when score >= 0.5 then 1 else 0 end as predicted_label,
        {{ dbt.dateadd('second', 'load_delay_seconds', 'predicted_at') }} as loaded_at
    from {{ ref('leads') }}
)

select
    prediction_id,
    predicted_at,
    model_version,
    channel,
    region,
    gender,
    age_band,
    age,
    job,
    device,
    balance,
    pages_viewed,
    days_since_visit,
    session_minutes,
    score,
    predicted_label,
    latency_ms,
    loaded_at
from scored
where loaded_at < cast('{{ var("log_ends") }}' as timestamp)
