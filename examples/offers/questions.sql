-- what app customers took, by what they were offered, before and after the students came
select case when window_start < timestamp '2026-03-17' then 'before' else 'after' end as period,
       prediction as offered, label as taken, sum(n) as n
from mlmon_confusion
where segment_value = 'app' and model_version = 'all' and prediction = 'travel'
group by 1, 2, 3 order by 1 desc, 4 desc;

-- each product against the rest, by month
select date_trunc('month', window_start) as month, class, avg(precision) as precision, avg(recall) as recall
from mlmon_classes
where segment = 'overall' and model_version = 'all' group by 1, 2 order by 2, 1;

-- the first incidents
select subject, metric, segment, segment_value, severity, first_breach_at, n_windows
from mlmon_incidents order by first_breach_at limit 10;
