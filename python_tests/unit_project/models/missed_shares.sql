select case_name, round({{ mlmon.missed_share('case_name', 'x') }}, 9) as missed
from {{ ref('numbers') }}
