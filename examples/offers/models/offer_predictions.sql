select
    offer_id,
    offered_at,
    channel,
    region,
    age_band,
    age,
    monthly_spend,
    trips_a_year,
    savings_balance,
    p_cash_back,
    p_travel,
    p_savings,
    p_loan,
    offered
from {{ ref('customers') }}
where offered_at < cast('{{ var("log_ends") }}' as timestamp)
