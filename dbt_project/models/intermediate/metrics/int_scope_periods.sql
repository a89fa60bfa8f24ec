-- One row per scope and period that it has a row of metrics for, whether or not anything happened: the spine of the marts. A
-- person's periods begin with that of their first incident. A table, because DuckDB reads a large one with all its threads.
{{ config(materialized='table', meta={'rows_of': 'period'}) }}

with

scopes as (
    select * from {{ ref('int_scopes') }}
),

periods as (
    select * from {{ ref('int_periods') }}
)

select
    scopes.scope_key,
    periods.period_key,
    periods.grain,
    periods.period_start
from scopes
inner join periods on periods.period_end > coalesce(scopes.first_active_date, periods.period_start)
