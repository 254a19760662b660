-- The logs that everything is measured on: `per_day` predictions a day from 2026-01-01, labels one to fourteen days later, in the order of their time.
-- `raw` holds what was loaded in the first `days` days, less one label of a hundred from the last sixty; `later` holds those labels and one more day of both
-- logs. Every value is a function of the row's number, so that all sizes and machines see the same.
create or replace macro chance(row_number, stream) as (hash(row_number * 64 + stream) >> 11) / 9007199254740992.0;
create or replace macro normal(row_number, stream) as sqrt(-2 * ln(1 - chance(row_number, stream))) * cos(2 * pi() * chance(row_number, stream + 1));
create or replace macro unless_missing(row_number, stream, value) as case when chance(row_number, stream) >= 0.01 then value end;

create schema raw;
create schema later;
set variable ends = timestamp '2026-01-01' + to_days(cast(getvariable('days') as integer));

create table raw.predictions as
with moments as (
    select
        i,
        timestamp '2026-01-01' + to_microseconds(cast((i + chance(i, 0)) * 86400e6 / getvariable('per_day') as bigint)) as predicted_at
    from range(
        coalesce(getvariable('first_row'), 0),
        coalesce(getvariable('last_row'), getvariable('per_day') * (getvariable('days') + 1))
    ) as numbers(i)
),

drawn as (
    select
        i, predicted_at, predicted_at >= timestamp '2026-03-02' as is_late,
        normal(i, 1) as z1, normal(i, 3) as z2, normal(i, 5) as z3, normal(i, 7) as z4, normal(i, 9) as z5,
        chance(i, 11) as u1, chance(i, 12) as u2, chance(i, 13) as u3, chance(i, 14) as u4, chance(i, 15) as u5
    from moments
),

scored as (
    select
        *,
        1 / (1 + exp(1.5 - 0.9 * z1 - 0.6 * z2 - 0.4 * z4 - 0.8 * u1 - case when is_late then 0.3 else 0 end)) as score
    from drawn
)

select
    i as prediction_id,
    predicted_at,
    date_trunc('hour', predicted_at) + interval 1 hour as loaded_at,
    case when chance(i, 16) < (epoch(predicted_at) - epoch(timestamp '2026-02-10')) / 864000 then 'v2' else 'v1' end as model_version,
    score,
    20 * exp(0.5 * normal(i, 17)) as latency_ms,
    ['north', 'south', 'east', 'west', 'centre'][1 + cast(floor(5 * chance(i, 19)) as integer)] as region,
    case when chance(i, 20) < 0.5 then 'female' else 'male' end as gender,
    unless_missing(i, 21, 40 + 10 * z1 + case when is_late then 3 else 0 end) as normal_1,
    unless_missing(i, 22, z2) as normal_2,
    unless_missing(i, 23, 1000 * z3) as normal_3,
    unless_missing(i, 24, exp(3 + z4 + case when is_late then 0.2 else 0 end)) as log_normal_1,
    unless_missing(i, 25, exp(1.5 * z5)) as log_normal_2,
    unless_missing(i, 26, u1) as uniform_1,
    unless_missing(i, 27, 100 * u2) as uniform_2,
    unless_missing(i, 28, cast(floor(12 * u3 * u3) as integer)) as integer_1,
    unless_missing(i, 29, cast(floor(-8 * ln(1 - u4)) as integer)) as integer_2,
    unless_missing(i, 30, cast(floor(1000 * u5) as integer)) as integer_3,
    unless_missing(i, 31, 'a' || cast(floor(3 * chance(i, 36)) as integer)) as category_1,
    unless_missing(i, 32, 'b' || cast(floor(8 * pow(chance(i, 37), 2)) as integer)) as category_2,
    unless_missing(i, 33, 'c' || cast(floor(case when is_late then 14 else 12 end * chance(i, 38)) as integer)) as category_3,
    unless_missing(i, 34, 'd' || cast(floor(25 * pow(chance(i, 39), 3)) as integer)) as category_4,
    unless_missing(i, 35, 'e' || cast(floor(50 * chance(i, 40)) as integer)) as category_5
from scored
order by i;

create table raw.labels as
select
    prediction_id,
    cast(chance(prediction_id, 41) < score as integer) as label,
    predicted_at + to_microseconds(cast(86400e6 * (1 + 13 * chance(prediction_id, 42)) as bigint)) as labeled_at,
    date_trunc('hour', labeled_at) + interval 1 hour as loaded_at
from raw.predictions
where chance(prediction_id, 43) < 0.97
order by labeled_at;

-- what comes later leaves the logs
create table later.predictions as from raw.predictions where loaded_at > getvariable('ends');
create table later.labels as from raw.labels where loaded_at > getvariable('ends') and loaded_at <= getvariable('ends') + interval 1 day;
create table later.late_labels as
select * replace (getvariable('ends') + interval 1 hour as loaded_at)
from raw.labels
where loaded_at <= getvariable('ends') and labeled_at > getvariable('ends') - interval 60 day and chance(prediction_id, 44) < 0.01;
create table later.one_late_day as
select labels.* from later.late_labels as labels
inner join raw.predictions as predictions on predictions.prediction_id = labels.prediction_id
where predictions.predicted_at >= getvariable('ends') - interval 40 day and predictions.predicted_at < getvariable('ends') - interval 39 day;
delete from raw.predictions where loaded_at > getvariable('ends');
create or replace table raw.labels as
from raw.labels where loaded_at <= getvariable('ends') and prediction_id not in (select prediction_id from later.late_labels) order by labeled_at;
