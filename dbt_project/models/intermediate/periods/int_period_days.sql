-- One row per period and local day in it: which periods a day belongs to, for models that carry millions of days.
{{ config(materialized='table') }}

with

periods as (
    select * from {{ ref('int_periods') }}
)

select
    period_key,
    cast(unnest(generate_series(period_start, period_end - 1, to_days(1))) as date) as local_date
from periods
