{#- How many of the newest windows with complete labels say what is to be expected of a window whose labels are not. -#}
{% macro recent_windows() %}{{ return(30) }}{% endmacro %}


{#- These windows, as a query: (monitor, window_start). -#}
{% macro newest_mature_windows() -%}
    select monitor, window_start
    from (
        select monitor, window_start, row_number() over (partition by monitor order by window_start desc) as age
        from {{ ref('mlmon_calendar') }}
        where is_mature
    ) as mature
    where age <= {{ mlmon.recent_windows() }}
{%- endmacro %}


{#- The labels that a series needs for rates of its own. -#}
{% macro calibration_rows() %}{{ return(500) }}{% endmacro %}


{#- Over how many windows, those of them with complete labels, an estimate is compared with what came. -#}
{% macro audited_windows() %}{{ return(14) }}{% endmacro %}


{#- From how many misses on a 95 % interval has missed too often in `n` windows -> SQL. By chance once in a hundred: the tail of Binomial(n, 0.05), n up to 14. -#}
{% macro misses_too_many(n) -%}
    case when {{ n }} >= 10 then 4 when {{ n }} >= 4 then 3 when {{ n }} >= 2 then 2 else 15 end
{%- endmacro %}


{#- Whether scores are not those that labels are known of -> SQL of `n_unlike` and `n_scored_predictions`; and what is said of an estimate then. -#}
{% macro are_unlike(prefix='') %}{{ return(prefix ~ 'n_unlike > 0.05 * ' ~ prefix ~ 'n_scored_predictions') }}{% endmacro %}

{% macro unlike_reason() %}{{ return("'over 5 % of the scores are where fewer than 10 labels are known'") }}{% endmacro %}


{#- CTEs up to `reasons`: the estimates of `bands` with n_predictions and n_labelled of their windows, and `reason`, why one is not to be trusted. What is estimated as if no label were known
    is compared with what came. `audited`: in these metrics. -#}
{% macro audit(bands, audited) -%}
{%- set series = mlmon.estimate_series() -%}
-- what is estimated as if no label were known beside what came
compared as (
    select
        {%- for metric in audited %}
        {%- set column = mlmon.metric_column(metric) %}
        case when performance.{{ column }} < {{ bands }}.{{ metric }}_low or performance.{{ column }} > {{ bands }}.{{ metric }}_high then 1 else 0 end as missed_{{ metric }},
        {%- endfor %}
        case when {{ bands }}.estimator = 'calibrated' and performance.is_mature and performance.n_labelled > 0 then 1 else 0 end as is_audited,
        performance.n_predictions, performance.n_labelled, performance.is_mature, monitors.min_rows,
        {{ bands }}.*
    from {{ bands }}
    inner join {{ ref('mlmon_performance') }} as performance on {{ mlmon.same_row('performance', bands, series + ['window_start']) }}
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = {{ bands }}.monitor
),

-- the calendar's windows by number, and the number of the newest with complete labels up to each: where what came is not known yet, the comparison of those before holds
numbered_windows as (
    select
        monitor, window_start, place,
        max(case when is_mature then place end) over (partition by monitor order by place rows unbounded preceding) as audited_place
    from (
        select monitor, window_start, is_mature, row_number() over (partition by monitor order by window_start) as place
        from {{ ref('mlmon_calendar') }}
    ) as placed
),

-- what was compared in those windows, for a nowcast, too, whose open part rests on the same scores
audits as (
    select
        {% for name in series %}audited.{{ name }}, {% endfor %}numbered_windows.window_start,
        count(*) as n_audited
        {%- for metric in audited %}, sum(audited.missed_{{ metric }}) as n_missed_{{ metric }}{% endfor %}
    from numbered_windows
    inner join numbered_windows as earlier
        on earlier.monitor = numbered_windows.monitor and earlier.place <= numbered_windows.audited_place
        and earlier.place > numbered_windows.audited_place - {{ mlmon.audited_windows() }}
    inner join (select * from compared where is_audited = 1) as audited on audited.monitor = earlier.monitor and audited.window_start = earlier.window_start
    group by {% for name in series %}audited.{{ name }}, {% endfor %}numbered_windows.window_start
),

reasons as (
    select
        compared.*,
        case
            when compared.n_scored_predictions < compared.min_rows then 'fewer predictions than alerts.min_rows'
            -- what is known in full rests on its own labels alone
            when compared.estimator = 'nowcast' and compared.is_mature then null
            when {{ mlmon.are_unlike('compared.') }} then {{ mlmon.unlike_reason() }}
            {%- for metric in audited %}
            when audits.n_missed_{{ metric }} >= {{ mlmon.misses_too_many('audits.n_audited') }} then '{{ metric }} missed what came in too many of the last complete windows'
            {%- endfor %}
        end as reason
    from compared
    left join audits on {{ mlmon.same_row('audits', 'compared', series + ['window_start']) }}
)
{%- endmacro %}
