{#- Incidents that belong together, as a query: the incidents of `spells` with group_id, group_began_at and place in the group (1 is the headline).
    Incidents of one monitor are one group while each begins within `group_within` windows of the one before and something of it is still open. Logs that
    cannot be read are a group of their own. What leads is what the model is for: performance, then KPIs, fairness, operations, drift; the whole before its parts.
    `spells`, `monitors`: what to select from, with the columns of mlmon_spells and mlmon_monitors. -#}
{% macro grouped_incidents(spells, monitors) -%}
{%- set kind = 'partition by monitor, is_data order by first_breach_at, incident_id' -%}
with placed as (
    select
        spells.*, monitors.group_within, monitors.{{ mlmon.reserved_name('window') }} as time_window,
        case when spells.metric = 'data_problem' then 1 else 0 end as is_data,
        coalesce(spells.closed_at, cast('9999-01-01' as {{ dbt.type_timestamp() }})) as ends_at
    from {{ spells }} as spells
    inner join {{ monitors }} as monitors on monitors.monitor = spells.monitor
),

preceded as (
    select
        placed.*,
        lag(first_breach_at) over ({{ kind }}) as previous_breach_at,
        max(ends_at) over ({{ kind }} rows between unbounded preceding and 1 preceding) as previous_ends_at
    from placed
),

numbered as (
    select
        preceded.*,
        sum(case
            when is_data = 0 and previous_ends_at > first_breach_at
                and {{ mlmon.add_windows('time_window', 'previous_breach_at', 'cast(group_within as ' ~ dbt.type_int() ~ ')') }} >= first_breach_at then 0
            else 1
        end) over ({{ kind }} rows unbounded preceding) as group_number
    from preceded
),

begun as (
    select
        numbered.*,
        min(first_breach_at) over (partition by monitor, is_data, group_number) as group_began_at,
        row_number() over (
            partition by monitor, is_data, group_number
            order by
                case status when 'open' then 0 else 1 end,
                {{ mlmon.family_rank('family') }},
                case severity when 'error' then 0 else 1 end,
                case when segment = 'overall' and model_version = 'all' then 0 else 1 end,
                peak_effect desc, first_breach_at, metric, incident_id
        ) as place
    from numbered
)

select
    begun.*,
    {{ dbt.hash(dbt.concat(["'group|'", 'monitor', "'|'", 'cast(is_data as ' ~ dbt.type_string() ~ ')', "'|'",
        "coalesce(cast(group_began_at as " ~ dbt.type_string() ~ "), '')"])) }} as group_id
from begun
{%- endmacro %}


{#- The order in which families matter to the owner of a model. -#}
{% macro family_rank(family) -%}
    case {{ family }} when 'performance' then 0 when 'kpi' then 1 when 'fairness' then 2 when 'operations' then 3 else 4 end
{%- endmacro %}
