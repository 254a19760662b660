-- The floor: what the counts cost where they are all that is wanted, written by hand for DuckDB and these logs. `edges` holds the percentiles of the
-- reference; `counts` is the query: how many by day, column and bin; `outcomes` joins the labels and counts the confusion by day.
set variable percents = [percent / 100.0 for percent in range(1, 100)];
create or replace temp table edges as
select
    quantile_cont(normal_1, getvariable('percents')) as normal_1,
    quantile_cont(normal_2, getvariable('percents')) as normal_2,
    quantile_cont(normal_3, getvariable('percents')) as normal_3,
    quantile_cont(log_normal_1, getvariable('percents')) as log_normal_1,
    quantile_cont(log_normal_2, getvariable('percents')) as log_normal_2,
    quantile_cont(uniform_1, getvariable('percents')) as uniform_1,
    quantile_cont(uniform_2, getvariable('percents')) as uniform_2,
    quantile_cont(cast(integer_1 as double), getvariable('percents')) as integer_1,
    quantile_cont(cast(integer_2 as double), getvariable('percents')) as integer_2,
    quantile_cont(cast(integer_3 as double), getvariable('percents')) as integer_3,
    quantile_cont(score, getvariable('percents')) as score
from raw.predictions
where predicted_at < timestamp '2026-01-31';

set variable normal_1 = (select list_sort(list_distinct(normal_1)) from edges);
set variable normal_2 = (select list_sort(list_distinct(normal_2)) from edges);
set variable normal_3 = (select list_sort(list_distinct(normal_3)) from edges);
set variable log_normal_1 = (select list_sort(list_distinct(log_normal_1)) from edges);
set variable log_normal_2 = (select list_sort(list_distinct(log_normal_2)) from edges);
set variable uniform_1 = (select list_sort(list_distinct(uniform_1)) from edges);
set variable uniform_2 = (select list_sort(list_distinct(uniform_2)) from edges);
set variable integer_1 = (select list_sort(list_distinct(integer_1)) from edges);
set variable integer_2 = (select list_sort(list_distinct(integer_2)) from edges);
set variable integer_3 = (select list_sort(list_distinct(integer_3)) from edges);
set variable score = (select list_sort(list_distinct(score)) from edges);

create or replace temp table counts as
with counted as (
    select
        date_trunc('day', predicted_at) as day, count(*) as n,
        count(normal_1) as normal_1_known, histogram(normal_1, getvariable('normal_1')) as normal_1,
        count(normal_2) as normal_2_known, histogram(normal_2, getvariable('normal_2')) as normal_2,
        count(normal_3) as normal_3_known, histogram(normal_3, getvariable('normal_3')) as normal_3,
        count(log_normal_1) as log_normal_1_known, histogram(log_normal_1, getvariable('log_normal_1')) as log_normal_1,
        count(log_normal_2) as log_normal_2_known, histogram(log_normal_2, getvariable('log_normal_2')) as log_normal_2,
        count(uniform_1) as uniform_1_known, histogram(uniform_1, getvariable('uniform_1')) as uniform_1,
        count(uniform_2) as uniform_2_known, histogram(uniform_2, getvariable('uniform_2')) as uniform_2,
        count(integer_1) as integer_1_known, histogram(cast(integer_1 as double), getvariable('integer_1')) as integer_1,
        count(integer_2) as integer_2_known, histogram(cast(integer_2 as double), getvariable('integer_2')) as integer_2,
        count(integer_3) as integer_3_known, histogram(cast(integer_3 as double), getvariable('integer_3')) as integer_3,
        count(score) as score_known, histogram(score, getvariable('score')) as score,
        count(category_1) as category_1_known, histogram(category_1) as category_1,
        count(category_2) as category_2_known, histogram(category_2) as category_2,
        count(category_3) as category_3_known, histogram(category_3) as category_3,
        count(category_4) as category_4_known, histogram(category_4) as category_4,
        count(category_5) as category_5_known, histogram(category_5) as category_5
    from raw.predictions
    group by 1
)
select day, 'normal_1' as column_name, cast(unnest(map_keys(normal_1)) as varchar) as bin, unnest(map_values(normal_1)) as n from counted
union all
select day, 'normal_1', null, n - normal_1_known from counted
union all
select day, 'normal_2' as column_name, cast(unnest(map_keys(normal_2)) as varchar) as bin, unnest(map_values(normal_2)) as n from counted
union all
select day, 'normal_2', null, n - normal_2_known from counted
union all
select day, 'normal_3' as column_name, cast(unnest(map_keys(normal_3)) as varchar) as bin, unnest(map_values(normal_3)) as n from counted
union all
select day, 'normal_3', null, n - normal_3_known from counted
union all
select day, 'log_normal_1' as column_name, cast(unnest(map_keys(log_normal_1)) as varchar) as bin, unnest(map_values(log_normal_1)) as n from counted
union all
select day, 'log_normal_1', null, n - log_normal_1_known from counted
union all
select day, 'log_normal_2' as column_name, cast(unnest(map_keys(log_normal_2)) as varchar) as bin, unnest(map_values(log_normal_2)) as n from counted
union all
select day, 'log_normal_2', null, n - log_normal_2_known from counted
union all
select day, 'uniform_1' as column_name, cast(unnest(map_keys(uniform_1)) as varchar) as bin, unnest(map_values(uniform_1)) as n from counted
union all
select day, 'uniform_1', null, n - uniform_1_known from counted
union all
select day, 'uniform_2' as column_name, cast(unnest(map_keys(uniform_2)) as varchar) as bin, unnest(map_values(uniform_2)) as n from counted
union all
select day, 'uniform_2', null, n - uniform_2_known from counted
union all
select day, 'integer_1' as column_name, cast(unnest(map_keys(integer_1)) as varchar) as bin, unnest(map_values(integer_1)) as n from counted
union all
select day, 'integer_1', null, n - integer_1_known from counted
union all
select day, 'integer_2' as column_name, cast(unnest(map_keys(integer_2)) as varchar) as bin, unnest(map_values(integer_2)) as n from counted
union all
select day, 'integer_2', null, n - integer_2_known from counted
union all
select day, 'integer_3' as column_name, cast(unnest(map_keys(integer_3)) as varchar) as bin, unnest(map_values(integer_3)) as n from counted
union all
select day, 'integer_3', null, n - integer_3_known from counted
union all
select day, 'score' as column_name, cast(unnest(map_keys(score)) as varchar) as bin, unnest(map_values(score)) as n from counted
union all
select day, 'score', null, n - score_known from counted
union all
select day, 'category_1' as column_name, cast(unnest(map_keys(category_1)) as varchar) as bin, unnest(map_values(category_1)) as n from counted
union all
select day, 'category_1', null, n - category_1_known from counted
union all
select day, 'category_2' as column_name, cast(unnest(map_keys(category_2)) as varchar) as bin, unnest(map_values(category_2)) as n from counted
union all
select day, 'category_2', null, n - category_2_known from counted
union all
select day, 'category_3' as column_name, cast(unnest(map_keys(category_3)) as varchar) as bin, unnest(map_values(category_3)) as n from counted
union all
select day, 'category_3', null, n - category_3_known from counted
union all
select day, 'category_4' as column_name, cast(unnest(map_keys(category_4)) as varchar) as bin, unnest(map_values(category_4)) as n from counted
union all
select day, 'category_4', null, n - category_4_known from counted
union all
select day, 'category_5' as column_name, cast(unnest(map_keys(category_5)) as varchar) as bin, unnest(map_values(category_5)) as n from counted
union all
select day, 'category_5', null, n - category_5_known from counted;

create or replace temp table outcomes as
select
    date_trunc('day', predictions.predicted_at) as day,
    count(*) as n_predictions,
    count(labels.label) as n_labelled,
    count(*) filter (where predictions.score >= 0.5 and labels.label = 1) as tp,
    count(*) filter (where predictions.score >= 0.5 and labels.label = 0) as fp,
    count(*) filter (where predictions.score < 0.5 and labels.label = 0) as tn,
    count(*) filter (where predictions.score < 0.5 and labels.label = 1) as fn
from raw.predictions as predictions
left join raw.labels as labels on labels.prediction_id = predictions.prediction_id
group by 1;
