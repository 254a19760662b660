-- Tails are compared by their logarithm, for it is their relative error that counts.
select
    case_name,
    round(log10({{ mlmon.normal_tail('x') }}), 6) as log_tail,
    round({{ mlmon.chi2_to_normal('y', 'z') }}, 9) as z_of_chi2
from {{ ref('numbers') }}
