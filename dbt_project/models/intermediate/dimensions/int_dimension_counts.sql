-- One row per scope, value of a dimension and period in which an incident with it occurred: how many did.
{{ config(materialized='table') }}

with

members as (
    select * from {{ ref('int_dimension_members') }}
),

period_days as (
    select * from {{ ref('int_period_days') }}
)

select
    members.scope_key,
    members.dimension_key,
    period_days.period_key,
    count(*) as count_occurred
from members
inner join period_days on members.occurred_date = period_days.local_date
group by members.scope_key, members.dimension_key, period_days.period_key
