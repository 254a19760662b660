select verdict, higher_is_better, value, {{ mlmon.by_verdict('side') }} as side
from {{ ref('default_judged') }}
