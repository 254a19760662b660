{{ config(materialized='mlmon_windows', meta={'mlmon_keeps': true}) }}
-- depends_on: {{ ref('mlmon_bins') }}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
-- depends_on: {{ ref('mlmon_monitors') }}
-- What each judged number was when it was first judged, and again each time it has become another one. Rows are appended and never changed. The watermarks come
-- after it: a run that dies before they are written judges the same windows again, and finds here what it has stated already.
{%- set number = mlmon.series_key() + ['window_start'] %}
{%- set columns = mlmon.window_columns() + mlmon.series_key(without=mlmon.window_columns()) %}
{%- set watermarks = mlmon.model_relation('mlmon_watermarks') if execute else none %}
{%- set reason -%}
case
            when coalesce(watermarks.reference_id, '') <> coalesce(bins.reference_id, '') then 'reference'
            when watermarks.sums_hash <> new_watermarks.sums_hash or watermarks.rules_hash <> new_watermarks.rules_hash then 'configuration'
            else 'data'
        end
{%- endset %}
with judged as (
    select
        {% for name in columns %}checks.{{ name }}, {% endfor %}
        checks.value, checks.status,
        -- a window that is not over is stated only if it alarms
        checks.value is not null
        and (checks.status in ('warn', 'error') or (checks.status = 'ok' and checks.window_end <= new_watermarks.newest_timestamp)) as is_stated,
        {{ reason if watermarks is not none else "'data'" }} as reason
    from {{ ref('mlmon_checks') }} as checks
    inner join {{ ref('mlmon_new_watermarks') }} as new_watermarks on new_watermarks.monitor = checks.monitor
    {%- if watermarks is not none %}
    left join {{ watermarks }} as watermarks on watermarks.monitor = checks.monitor
    left join (
        {{ mlmon.references_in_force() }}
    ) as bins on bins.monitor = checks.monitor
    {%- endif %}
    {{- mlmon.only_windows_to_judge('checks', judged=true) }}
),

stated as (
    {%- if mlmon.is_rebuild() %}
    {{ mlmon.empty_rows('mlmon_stated_values') }}
    {%- else %}
    select *
    from (
        select
            {% for name in number %}stated_values.{{ name }}, {% endfor %}stated_values.statement, stated_values.value,
            row_number() over (partition by {{ number | join(', ') }} order by stated_values.statement desc) as place
        from {{ this }} as stated_values
        where {{ mlmon.near_windows_to_judge('stated_values') }}
    ) as statements
    where place = 1
    {%- endif %}
)

select
    {% for name in columns %}judged.{{ name }}, {% endfor %}
    coalesce(stated.statement, 0) + 1 as statement, judged.value, judged.status, {{ mlmon.timestamp_literal(mlmon.moment_now()) }} as stated_at,
    case when stated.monitor is not null then judged.reason end as reason
from judged
left join stated on {{ mlmon.same_row('stated', 'judged', number) }}
where
    (stated.monitor is null and judged.is_stated)
    -- sums of the same rows in another order differ in their last digits
    or abs(judged.value - stated.value) > 1e-9 * (abs(judged.value) + abs(stated.value))
    or (stated.monitor is not null and (judged.value is null) <> (stated.value is null))
