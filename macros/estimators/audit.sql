{#- How many of the newest windows with complete labels say what is to be expected of a window whose labels are not. -#}
{% macro recent_windows() %}{{ return(30) }}{% endmacro %}


{#- The labels that a series needs for rates of its own. -#}
{% macro calibration_rows() %}{{ return(500) }}{% endmacro %}


{#- Over how many windows with complete labels an estimate is compared with what came. -#}
{% macro audited_windows() %}{{ return(14) }}{% endmacro %}


{#- From how many misses on a 95 % interval has missed too often in `n` windows -> SQL. By chance once in a hundred: the tail of Binomial(n, 0.05), n up to 14. -#}
{% macro misses_too_many(n) -%}
    case when {{ n }} >= 10 then 4 when {{ n }} >= 4 then 3 when {{ n }} >= 2 then 2 else 15 end
{%- endmacro %}


{#- CTEs up to `reasons`: the estimates of `bands` with n_predictions and n_labelled of their windows, and `reason`, why one is not to be trusted. What is estimated as if no label were known
    is compared with what came. `audited`: in these metrics. -#}
{% macro audit(bands, audited) -%}
{%- set series, counts = mlmon.estimate_series(), ['n_audited'] -%}
{%- for metric in audited %}{% do counts.append('n_missed_' ~ metric) %}{% endfor -%}
{%- set lately = 'partition by estimator, is_audited, ' ~ series | join(', ') ~ ' order by window_start rows between ' ~ (mlmon.audited_windows() - 1) ~ ' preceding and current row' -%}
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

audits as (
    select
        {%- for metric in audited %}
        sum(missed_{{ metric }}) over ({{ lately }}) as n_missed_{{ metric }},
        {%- endfor %}
        count(*) over ({{ lately }}) as n_audited,
        row_number() over (partition by estimator, is_audited, {{ series | join(', ') }} order by window_start desc) as age,
        *
    from compared
),

-- where what came is not known yet, the last comparison holds; of a nowcast, too, whose open part rests on the same scores
judged as (
    select
        {%- for name in counts %}
        case
            when is_audited = 1 then {{ name }}
            when estimator = 'nowcast' and is_mature then 0
            else coalesce(max(case when is_audited = 1 and age = 1 then {{ name }} end) over (partition by {{ series | join(', ') }}), 0)
        end as last_{{ name }},
        {%- endfor %}
        *
    from audits
),

reasons as (
    select
        *,
        case
            when n_scored_predictions < min_rows then 'fewer predictions than alerts.min_rows'
            when n_unlike > 0.05 * n_scored_predictions then 'over 5 % of the scores are where fewer than 10 labels are known'
            {%- for metric in audited %}
            when last_n_missed_{{ metric }} >= {{ mlmon.misses_too_many('last_n_audited') }} then '{{ metric }} missed what came in too many of the last complete windows'
            {%- endfor %}
        end as reason
    from judged
)
{%- endmacro %}
