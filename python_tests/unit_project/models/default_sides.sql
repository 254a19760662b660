select verdict, higher_is_better, value, {{ mlmon.default_side() }} as side
from {{ ref('default_judged') }}
