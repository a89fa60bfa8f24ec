-- One row per scope, roll-up and calendar quarter: the metrics of int_metrics_compared at this grain.
select * exclude (grain)
from {{ ref('int_metrics_compared') }}
where grain = 'quarter'
