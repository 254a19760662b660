select
    case_name,
    round({{ mlmon.auc_variance('x', 'y', 'z') }}, 12) as auc_variance,
    round({{ mlmon.log_ratio_error('x', 'y', '1 - (1 - w)', 'z') }}, 9) as log_ratio_error,
    round({{ mlmon.proportion_variance("'precision'", 'x') }}, 9) as share_variance,
    round({{ mlmon.proportion_variance("'f1'", 'x') }}, 9) as f1_variance
from {{ ref('numbers') }}
