{{ config(
    severity='error', warn_if='>= 1', error_if='>= 2', store_failures=true,
    fail_calc="coalesce(max(case when severity = 'error' then 2 else 1 end), 0)",
    tags=['mlmon', 'mlmon_alert']
) }}
{{ mlmon.open_incidents('estimate') }}
