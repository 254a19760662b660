select
    judged_values.case_name,
    {{ mlmon.threshold_verdict('judged_values.value', 'judged_values') }}
from {{ ref('judged_values') }} as judged_values
