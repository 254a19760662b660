with answers as (
    select
        offer_id,
        taken,
        {{ dbt.dateadd('second', 'answer_delay_seconds', 'offered_at') }} as answered_at
    from {{ ref('customers') }}
)

select
    offer_id,
    taken,
    answered_at
from answers
where answered_at < cast('{{ var("log_ends") }}' as timestamp)
