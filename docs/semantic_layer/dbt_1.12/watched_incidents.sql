{{ config(materialized='view') }}
select *
from {{ ref('mlmon', 'mlmon_incidents') }}
