-- x: how many, y: their sum, z: the sum of squares about the center, w: the center
select case_name, round({{ mlmon.stddev_from_sums('x', 'y', 'z', 'w') }}, 9) as stddev
from {{ ref('numbers') }}
