-- the forecast's error by month, in GW (below 0: too little was forecast), and what it cost in million dollars
select date_trunc('month', p.window_start) as month, avg(p.bias) as bias, avg(p.mae) as mae,
       sum(k.numerator) / 1e6 as value
from mlmon_performance as p
join mlmon_kpis as k using (monitor, model_version, segment, segment_value, window_start)
where segment = 'overall' and model_version = 'all' and k.kpi = 'business_value' group by 1 order by 1;

-- where it is wrong: the evening
select segment_value as part_of_day, avg(bias) as bias
from mlmon_performance
where segment = 'part_of_day' and model_version = 'all' and window_start >= timestamp '2014-06-01'
group by 1 order by 2;

-- the longest incidents, and against which baseline
select compared_to, subject, metric, segment_value, severity, first_breach_at, n_windows
from mlmon_incidents order by n_windows desc limit 10;
