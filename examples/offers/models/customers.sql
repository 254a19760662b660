{#- The world behind the logs: every customer who was made an offer in 120 days, what the model could see of them, and what they took. -#}
{%- set students_from = 75 -%}      {# 2026-03-17, counted from 2026-01-01 #}
{%- set insurance_from = 100 -%}    {# 2026-04-11 #}

with numbers as (
    {{ whole_numbers(3) }}
),

first_scramble as (
    select
        days.number as day_number,
        days.number * 1000 + customers.number as customer_number,
        {{ scramble('(days.number * 1000 + customers.number + 70000001)') }} as seed
    from numbers as days
    inner join numbers as customers on customers.number < case when days.number >= {{ students_from }} then 560 else 500 end
    where days.number < 120
),

seeds as (
    select
        day_number,
        customer_number,
        {{ scramble('(seed + 16807)') }} as seed
    from first_scramble
),

-- From the day of the partnership with universities on, every ninth customer comes from it: by the app, young, on the move.
people as (
    select
        *,
        case when day_number >= {{ students_from }} and {{ uniform(1) }} < 0.107 then 1 else 0 end as is_student,
        {{ uniform(2) }} as u_age,
        {{ uniform(3) }} as u_spend,
        {{ uniform(4) }} as u_trips,
        {{ uniform(5) }} as u_savings
    from seeds
),

seen as (
    select
        *,
        case
            when is_student = 1 then 'app'
            else {{ pick(uniform(6), {'app': 0.45, 'web': 0.35, 'branch': 0.20}) }}
        end as channel,
        {{ pick(uniform(7), {'north': 0.4, 'south': 0.35, 'west': 0.25}) }} as region,
        case when is_student = 1 then 18 + floor(8 * u_age) else 18 + floor(60 * u_age) end as age,
        case when is_student = 1 then 2 + 6 * u_trips else 8 * u_trips * u_trips end as trips,
        -ln(u_spend) as spend,
        -ln(u_savings) as savings
    from people
),

-- How much each product appeals, as the model sees it.
appeals as (
    select
        *,
        exp(0.3 + 1.1 * spend) as cash_back_before,
        exp(0.9 * trips - 0.4) as travel_before,
        exp(0.2 + 1.2 * savings + 0.02 * (age - 40)) as savings_before,
        exp(0.6 + 0.5 * spend - 0.03 * (age - 40)) as loan_before
    from seen
),

-- Students travel, but without a fee: they take what gives cash back. The model has not met them.
shares as (
    select
        *,
        cash_back_before + travel_before + savings_before + loan_before as all_before,
        case when is_student = 1 then 6 * travel_before else cash_back_before end as cash_back_in_truth,
        case when is_student = 1 then 0.15 * travel_before else travel_before end as travel_in_truth
    from appeals
),

chances as (
    select
        *,
        cash_back_before / all_before as p_cash_back,
        travel_before / all_before as p_travel,
        savings_before / all_before as p_savings,
        loan_before / all_before as p_loan,
        {{ uniform(8) }} * (cash_back_in_truth + travel_in_truth + savings_before + loan_before) as draw,
        case when day_number >= {{ insurance_from }} and channel = 'branch' and {{ uniform(9) }} < 0.25 then 1 else 0 end as takes_insurance
    from shares
)

select
    'offer-' || cast(1000000 + customer_number as {{ dbt.type_string() }}) as offer_id,
    {{ dbt.dateadd(
        'second', 'cast(day_number * 86400 + floor(86399 * ' ~ uniform(10) ~ ') as ' ~ dbt.type_int() ~ ')', "cast('2026-01-01' as timestamp)"
    ) }} as offered_at,
    channel,
    region,
    case when age < 30 then '18-29' when age < 50 then '30-49' else '50+' end as age_band,
    cast(age as {{ dbt.type_int() }}) as age,
    floor(1e2 * 600 * spend + 0.5) / 1e2 as monthly_spend,
    cast(floor(trips) as {{ dbt.type_int() }}) as trips_a_year,
    floor(1e2 * 4000 * savings + 0.5) / 1e2 as savings_balance,
    floor(1e6 * p_cash_back + 0.5) / 1e6 as p_cash_back,
    floor(1e6 * p_travel + 0.5) / 1e6 as p_travel,
    floor(1e6 * p_savings + 0.5) / 1e6 as p_savings,
    floor(1e6 * p_loan + 0.5) / 1e6 as p_loan,
    case
        when p_travel >= p_cash_back and p_travel >= p_savings and p_travel >= p_loan then 'travel'
        when p_cash_back >= p_savings and p_cash_back >= p_loan then 'cash_back'
        when p_savings >= p_loan then 'savings'
        else 'loan'
    end as offered,
    case
        when takes_insurance = 1 then 'insurance'
        when draw < cash_back_in_truth then 'cash_back'
        when draw < cash_back_in_truth + travel_in_truth then 'travel'
        when draw < cash_back_in_truth + travel_in_truth + savings_before then 'savings'
        else 'loan'
    end as taken,
    cast(floor(86400 * (1 + 9 * {{ uniform(11) }})) as {{ dbt.type_int() }}) as answer_delay_seconds
from chances
