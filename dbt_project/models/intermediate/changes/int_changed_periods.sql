-- One row per grain and period whose figures can differ from those of the last build: a changed day lies in it, it is new or gone,
-- or it has become complete.
{{ config(materialized='table', meta={'rows_of': 'change'}) }}

with

grains as (
    select grains.grain
    from {{ period_grains() }} as grains (grain)
),

periods_of_days as (
    select
        grains.grain,
        {{ period_start('days.local_date', 'grains.grain') }} as period_start
    from {{ ref('int_changed_days') }} as days
    cross join grains
),

periods as (
    select
        grain,
        period_start,
        is_complete
    from {{ ref('int_periods') }}
),

former_periods as (
    select
        grain,
        period_start,
        is_complete
    from {{ ref('int_former_periods') }}
),

changed as (
    select
        grain,
        period_start
    from periods_of_days

    union distinct

    select
        coalesce(periods.grain, former_periods.grain) as grain,
        coalesce(periods.period_start, former_periods.period_start) as period_start
    from periods
    full outer join former_periods
        on
            periods.grain = former_periods.grain
            and periods.period_start = former_periods.period_start
    where periods.is_complete is distinct from former_periods.is_complete
)

select
    {{ period_key('period_start', 'grain') }} as period_key,
    grain,
    period_start
from changed
