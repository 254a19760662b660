{{ config(materialized='view') }}
select *
from {{ ref('mlmon', 'mlmon_kpis') }}
where model_version = 'all' and segment = 'overall'
