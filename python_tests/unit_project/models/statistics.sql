select case_name, round({{ mlmon.chi2('b', 'a', 'n', 'm') }}, 9) as chi2
from {{ ref('counts') }}
group by case_name
