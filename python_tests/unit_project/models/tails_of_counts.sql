select
    case_name,
    round(log10({{ mlmon.normal_tail(mlmon.binomial_to_normal('x', 'y', 'z')) }}), 2) as binomial,
    round(log10({{ mlmon.normal_tail(mlmon.student_to_normal('x', 'y')) }}), 2) as student
from {{ ref('numbers') }}
