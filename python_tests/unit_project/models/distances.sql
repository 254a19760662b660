select
    case_name,
    round({{ mlmon.psi('pb', 'pa') }}, 9) as psi,
    round({{ mlmon.js_distance('pb', 'pa') }}, 9) as js_distance,
    round({{ mlmon.hellinger('pb', 'pa') }}, 9) as hellinger,
    round({{ mlmon.tv_distance('pb', 'pa') }}, 9) as tv_distance
from {{ ref('shares') }}
group by case_name
