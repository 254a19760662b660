with ranked_bins as (
    select
        case_name, n, minimum, maximum,
        sum(n) over (partition by case_name) as n_finite,
        sum(n) over (partition by case_name order by bin rows unbounded preceding) - n as n_before,
        lead(minimum) over (partition by case_name order by bin) as next_minimum
    from {{ ref('binned_values') }}
)

select
    case_name,
    round({{ mlmon.bin_quantile(0.05) }}, 9) as p05,
    round({{ mlmon.bin_quantile(0.5) }}, 9) as p50,
    round({{ mlmon.bin_quantile(0.95) }}, 9) as p95
from ranked_bins
group by case_name
