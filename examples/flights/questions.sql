-- the model's quality by month
select date_trunc('month', window_start) as month, avg(precision) as precision,
       avg(recall) as recall, avg(roc_auc) as roc_auc
from mlmon_performance
where segment = 'overall' and model_version = 'all' group by 1 order by 1;

-- carriers whose flights it judges worst
select segment_value as carrier, sum(tp) * 1.0 / sum(tp + fp) as precision, sum(n_labelled) as n
from mlmon_performance
where segment = 'carrier' and model_version = 'all' and not is_reference
group by 1 having sum(n_labelled) > 1000 order by 2;

-- the longest incidents
select family, subject, metric, segment, segment_value, severity, opened_at, n_windows
from mlmon_incidents order by n_windows desc limit 10;
