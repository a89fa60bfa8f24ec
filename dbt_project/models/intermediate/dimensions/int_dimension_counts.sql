-- One row per grain, scope, value of a dimension and period in which an incident with it occurred: how many did.
{{ config(materialized='table') }}

with

members as (
    select * from {{ ref('int_dimension_members') }}
),

grains as (
    select grains.grain
    from {{ period_grains() }} as grains (grain)
),

-- By day first: three grains roll up fewer rows then.
days as (
    select
        scope_key,
        dimension_key,
        occurred_date,
        count(*) as count_occurred
    from members
    where occurred_date is not null
    group by scope_key, dimension_key, occurred_date
)

select
    grains.grain,
    days.scope_key,
    days.dimension_key,
    {{ period_start('days.occurred_date', 'grains.grain') }} as period_start,
    cast(sum(days.count_occurred) as bigint) as count_occurred
from days
cross join grains
group by all
