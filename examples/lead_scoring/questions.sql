-- precision by day, with its 95 % interval
select window_start, n_labelled, precision, precision_low, precision_high
from mlmon_performance
where segment = 'overall' and model_version = 'all' order by window_start;

-- which channel is it?
select segment_value, sum(tp) * 1.0 / sum(tp + fp) as precision
from mlmon_performance
where segment = 'channel' and model_version = 'all' and window_start >= '2026-04-01'
group by 1 order by 2;

-- what changed in the leads?
select column_name, max(psi_excess) as psi_excess
from mlmon_drift
where segment = 'overall' and model_version = 'all' and window_start >= '2026-04-01'
group by 1 order by 2 desc;
