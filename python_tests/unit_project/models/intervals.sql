select
    case_name,
    round({{ mlmon.wilson('x', 'y', '-') }}, 9) as low,
    round({{ mlmon.wilson('x', 'y', '+') }}, 9) as high,
    round({{ mlmon.ratio('x', 'y') }}, 9) as ratio
from {{ ref('numbers') }}
