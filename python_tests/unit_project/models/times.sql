select
    happened_at,
    {{ mlmon.truncate_by_column("'hour'", 'happened_at') }} as hour_start,
    {{ mlmon.truncate_by_column("'week'", 'happened_at') }} as week_start,
    {{ mlmon.truncate_by_column("'month'", 'happened_at') }} as month_start,
    {{ mlmon.add_windows("'month'", 'happened_at', 1) }} as month_later,
    {{ mlmon.add_windows("'day'", 'happened_at', -7) }} as seven_days_before,
    {{ mlmon.phase("'day'", 'happened_at') }} as day_of_week,
    {{ mlmon.phase("'hour'", 'happened_at') }} as hour_of_week,
    {{ mlmon.phase("'month'", 'happened_at') }} as no_phase,
    {{ mlmon.matures_at('happened_at', 90000) }} as matures_at
from {{ ref('moments') }}
