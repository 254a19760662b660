{#- The world behind the logs: every lead of 120 days, what the model could see of it, and what it could not. -#}
{%- set campaign_day = 90 -%}                                {# 2026-04-01, counted from 2026-01-01 #}
{%- set v2_shares_the_leads, v2_takes_over = 67, 81 -%}     {# 2026-03-09 and 2026-03-23, both Mondays #}
{%- set channels_before = {'search': 0.37, 'email': 0.22, 'referral': 0.17, 'partner': 0.14, 'paid_social': 0.10} -%}
{%- set channels_after = {'search': 0.303, 'email': 0.18, 'referral': 0.139, 'partner': 0.115, 'paid_social': 0.263} -%}

with numbers as (
    {{ whole_numbers(4) }}
),

day_seeds as (
    select
        number as day_number,
        {{ scramble('(number + 20260101)') }} as day_seed
    from numbers
    where number < 120
),

-- 2026-01-01 is a Thursday: day 2 and day 3 are the first weekend.
days as (
    select
        day_number,
        {{ dbt.dateadd('day', 'day_number', "cast('2026-01-01' as timestamp)") }} as day_start,
        floor(
            case when mod(day_number + 3, 7) >= 5 then 1320 else 1800 end
            * case when day_number >= {{ campaign_day }} then 1.1 else 1 end
            * (0.97 + 0.06 * {{ uniform(3, 'day_seed') }})
        ) as leads
    from day_seeds
),

first_scramble as (
    select
        days.day_number,
        days.day_start,
        days.day_number * 10000 + numbers.number as lead_number,
        {{ scramble('(days.day_number * 10000 + numbers.number + 50000017)') }} as seed
    from days
    inner join numbers on numbers.number < days.leads
),

seeds as (
    select
        day_number,
        day_start,
        lead_number,
        {{ scramble('(seed + 16807)') }} as seed
    from first_scramble
),

visits as (
    select
        *,
        case
            when day_number >= {{ campaign_day }}
                then {{ pick(uniform(1), channels_after) }}
            else {{ pick(uniform(1), channels_before) }}
        end as channel,
        case
            when day_number >= {{ v2_takes_over }} then 'v2'
            when day_number >= {{ v2_shares_the_leads }} and {{ uniform(2) }} < 0.5 then 'v2'
            else 'v1'
        end as model_version,
        {{ pick(uniform(3), {'north': 0.40, 'south': 0.35, 'west': 0.25}) }} as region,
        {{ pick(uniform(4), {'female': 0.49, 'male': 0.51}) }} as gender,
        {{ pick(uniform(5), {
            'admin': 0.22, 'technician': 0.19, 'services': 0.16, 'management': 0.15,
            'self_employed': 0.1, 'retired': 0.08, 'student': 0.06, 'unemployed': 0.04
        }) }} as job,
        {{ pick(uniform(6), {'mobile': 0.55, 'desktop': 0.37, 'tablet': 0.08}) }} as device,
        18 + floor(62 * ({{ uniform(7) }} + {{ uniform(8) }}) / 2) as age,
        {{ normal(9) }} as wealth,
        {{ normal(13) }} as interest,
        -ln({{ uniform(17) }}) as absence,
        {{ normal(18) }} as dwell,
        {{ normal(22) }} as what_else_the_model_saw
    from seeds
),

-- The new campaign keeps people on its page with a video, and finds people who meant to watch, not to buy.
campaign as (
    select
        *,
        case when day_number >= {{ campaign_day }} and channel = 'paid_social' then 1 else 0 end as from_campaign
    from visits
),

intents as (
    select
        *,
        -0.85
        + 0.75 * interest
        + 0.45 * wealth
        - 0.5 * (absence - 1)
        + case device when 'desktop' then 0.3 when 'mobile' then -0.2 else 0 end
        + case job when 'management' then 0.4 when 'student' then -0.5 else 0 end
        + 0.6 * what_else_the_model_saw as intent_without_dwell
    from campaign
),

-- Before the campaign the score is the chance of a conversion, exactly. Afterwards the model takes the
-- video's minutes for interest.
chances as (
    select
        *,
        1 / (1 + exp(-(intent_without_dwell + 1.0 * (dwell + 2.0 * from_campaign)))) as score,
        1 / (1 + exp(-(intent_without_dwell + 1.0 * dwell - 2.3 * from_campaign))) as chance
    from intents
)

select
    'lead-' || cast(1000000 + lead_number as {{ dbt.type_string() }}) as prediction_id,
    {{ dbt.dateadd(
        'second', 'cast(floor(86399 * (' ~ uniform(26) ~ ' + ' ~ uniform(27) ~ ') / 2) as ' ~ dbt.type_int() ~ ')', 'day_start'
    ) }} as predicted_at,
    model_version,
    channel,
    region,
    gender,
    case when age < 30 then '18-29' when age < 45 then '30-44' when age < 60 then '45-59' else '60+' end as age_band,
    cast(age as {{ dbt.type_int() }}) as age,
    job,
    device,
    case when {{ uniform(28) }} >= 0.02 then floor(1e5 * exp(0.9 * wealth + 1.5) + 0.5) / 1e2 end as balance,
    cast(1 + floor(4.5 * exp(0.5 * interest)) as {{ dbt.type_int() }}) as pages_viewed,
    floor(1e2 * 9 * absence + 0.5) / 1e2 as days_since_visit,
    floor(1e2 * exp(1.6 + 0.6 * (dwell + 2.0 * from_campaign)) + 0.5) / 1e2 as session_minutes,
    floor(1e6 * score + 0.5) / 1e6 as score,
    floor(1e2 * exp(3.6 + 0.3 * {{ normal(29) }}) + 0.5) / 1e2 as latency_ms,
    case when {{ uniform(33) }} < chance then 1 else 0 end as converted,
    floor(1e2 * exp(4.6 + 0.3 * {{ normal(34) }}) + 0.5) / 1e2 as revenue_if_converted,
    cast(floor(86400 * (1 + 19 * {{ uniform(38) }} * {{ uniform(39) }})) as {{ dbt.type_int() }}) as label_delay_seconds,
    cast(floor(30 + 600 * {{ uniform(40) }}) as {{ dbt.type_int() }}) as load_delay_seconds
from chances
