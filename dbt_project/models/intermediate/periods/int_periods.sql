-- One row per grain (week, month, quarter) and period from the start of coverage to the instant of the run. period_key is a
-- small number that stands for both, the same in every build.
-- With all history covered (no start of coverage) the first period is complete: nothing before the first incident is
-- missing. Compared in local wall clock time, as the periods are local; only the 30 days that follow-ups are given are elapsed
-- time (720 hours), as they are for each of them.
{{ config(materialized='table', meta={'rows_of': 'period'}) }}
{{ built_after('int_former_periods') }}

with

coverage as (
    select * from {{ ref('int_coverage') }}
),

grains as (
    select grains.grain
    from {{ period_grains() }} as grains (grain)
),

-- Every day of the span names its period: simpler than a series per grain, and a few thousand rows.
days as (
    select
        coverage.*,
        cast(unnest(
            generate_series(coverage.spine_start_date, cast(coverage.as_of_local as date), to_days(1))
        ) as date) as local_date
    from coverage
),

starts as (
    select distinct
        grains.grain,
        days.as_of_local,
        days.coverage_start_date,
        {{ period_start('days.local_date', 'grains.grain') }} as period_start
    from days
    cross join grains
),

bounded as (
    select
        *,
        {{ period_end('period_start', 'grain') }} as period_end
    from starts
    where period_start < as_of_local
),

judged as (
    select
        *,
        as_of_local >= period_end
        and coalesce(period_start >= coverage_start_date, true) as is_complete,
        {{ as_of() }} >= {{ local_midnight('period_end') }} + interval '720 hours' as is_settled_for_30_days
    from bounded
)

select
    {{ period_key('period_start', 'grain') }} as period_key,
    grain,
    period_start,
    period_end,
    is_complete,
    is_settled_for_30_days,
    case
        when is_complete then cast(period_end - period_start as double)
        else greatest(date_diff(
            'microsecond',
            cast(greatest(period_start, coalesce(coverage_start_date, period_start)) as timestamp),
            least(as_of_local, cast(period_end as timestamp))
        ), 0) / 86400000000.0
    end as elapsed_days
from judged
