{{ config(materialized=mlmon.view_kind()) }}
-- The known changes that `mlmon event add` declared, but for those that `mlmon event remove` took back.
select
    added.event_id, added.monitor, added.change_name, added.change_kind, added.starts_at, added.ends_at, added.expects,
    added.actor, added.reason, added.recorded_at
from {{ ref('mlmon_events') }} as added
left join {{ ref('mlmon_events') }} as removed on removed.event_type = 'remove' and removed.refers_to = added.event_id
where added.event_type = 'change' and removed.event_id is null
