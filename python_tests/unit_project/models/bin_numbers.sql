select
    case_name,
    {{ mlmon.bin_number('x', ['-1.5', '0', '2.5', '7']) }} as bin_number,
    {{ mlmon.bin_number('x', []) }} as only_bin,
    {{ mlmon.bin_name('cast(y as integer)') }} as bin_name
from {{ ref('numbers') }}
