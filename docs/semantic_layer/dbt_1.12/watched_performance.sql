{{ config(materialized='view') }}
select *
from {{ ref('mlmon', 'mlmon_performance') }}
where model_version = 'all' and segment = 'overall'
