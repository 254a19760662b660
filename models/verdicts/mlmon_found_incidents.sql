{{ config(materialized=mlmon.table_kind()) }}
-- Spells of trouble before people had a say in them: what the checks opened and closed, and monitors whose logs could not be read.
with checked as (
    {{ mlmon.found_incidents(ref('mlmon_episodes'), ref('mlmon_events')) }}
),

-- a monitor whose logs lost a column or are gone: nothing was computed, and that is an incident of its own
broken as (
    select
        monitors.monitor, 'all' as model_version, 'overall' as segment, 'all' as segment_value,
        'operations' as family, 'log' as subject, '' as column_role, 'data_problem' as metric, 'reference' as compared_to, monitors.data_problem as detail,
        {{ mlmon.truncate_by_column('monitors.' ~ mlmon.reserved_name('window'), 'watermarks.newest_prediction') }} as opened_at
    from {{ ref('mlmon_monitors') }} as monitors
    left join {{ ref('mlmon_watermarks') }} as watermarks on watermarks.monitor = monitors.monitor
    where monitors.data_problem is not null
)

select
    {{ mlmon.incident_id('checked') }} as incident_id,
    {% for name in mlmon.series_key() %}checked.{{ name }}, {% endfor %}
    checked.severity, case when checked.closed_at is null then 'open' else 'closed' end as status,
    checked.opened_at, checked.last_breach_at, checked.closed_at, checked.n_windows, checked.peak_value, checked.peak_effect,
    checked.first_breach_at, checked.escalated_at,
    checked.value, checked.baseline, checked.warn_threshold, checked.error_threshold, checked.q_value, checked.n, checked.verdict,
    cast(null as {{ dbt.type_string() }}) as detail,
    checked.is_ended,
    case
        when checked.cool_down > 0 and {{ mlmon.add_windows('checked.time_window', 'checked.previous_closed_at', 'cast(checked.cool_down as ' ~ dbt.type_int() ~ ')') }} > checked.opened_at
            then {{ mlmon.add_windows('checked.time_window', 'checked.previous_closed_at', 'cast(checked.cool_down as ' ~ dbt.type_int() ~ ')') }}
    end as cooling_until,
    checked.side, checked.reopened_at, checked.n_episodes, checked.last_judged_at
from checked
union all
select
    {{ mlmon.incident_id('broken') }},
    {{ mlmon.series_key() | join(', ') }},
    'error', 'open', opened_at, opened_at, null, 1, 1.0, null,
    opened_at, opened_at, 1.0, 0.0, null, null, null, null, 'data', detail, false, null, null, null, 1, opened_at
from broken
