{#- The thresholds that users wrote, resolved, as a query: which metric of which family they judge and on which side. A plain number takes its side from the
    catalogue. `specs`: the monitors' configuration, by default that of the project. -#}
{% macro sided_thresholds(catalog, specs=none) -%}
with written as (
    {{ mlmon.configured_thresholds(specs) }}
),

sided as (
    select
        written.*,
        case
            when written.family = 'kpi' then case when kpis.higher_is_better = 0 then 'above' else 'below' end
            when catalog.direction = 'higher_is_better' then 'below'
            else 'above'
        end as side
    from written
    left join {{ catalog }} as catalog
        on catalog.family = written.family and catalog.metric = written.metric
    left join (
        {{ mlmon.configured_kpis(specs) }}
    ) as kpis on kpis.monitor = written.monitor and kpis.kpi = written.subject
)

select
    monitor, family, subject, metric, is_off,
    coalesce(warn_above, case when side = 'above' then warn_number end) as warn_above,
    coalesce(warn_below, case when side = 'below' then warn_number end) as warn_below,
    coalesce(error_above, case when side = 'above' then error_number end) as error_above,
    coalesce(error_below, case when side = 'below' then error_number end) as error_below
from sided
{%- endmacro %}
