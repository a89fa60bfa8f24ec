-- One row per window length in weeks and week that ends such a window of complete weeks, for the last weeks only.
-- Complete weeks follow each other without a gap, so counting them is enough. has_previous: as many weeks before the
-- window are complete as well.
{{ config(materialized='table', meta={'rows_of': 'window'}) }}

with

complete_weeks as (
    select
        period_start,
        period_end,
        row_number() over (order by period_start) as count_weeks,
        row_number() over (order by period_start desc) as recency
    from {{ ref('int_periods') }}
    where grain = 'week' and is_complete
),

lengths as (
    select lengths.window_weeks
    from (values (4), (13), (52)) as lengths (window_weeks)
)

select
    lengths.window_weeks,
    complete_weeks.period_start,
    complete_weeks.period_end,
    {{ days_before('complete_weeks.period_end', '7 * lengths.window_weeks') }} as window_start,
    {{ days_before('complete_weeks.period_start', '7 * lengths.window_weeks') }} as week_before_window,
    {{ days_before('complete_weeks.period_start', '14 * lengths.window_weeks') }} as week_before_previous,
    complete_weeks.count_weeks >= 2 * lengths.window_weeks as has_previous
from complete_weeks
inner join lengths on complete_weeks.count_weeks >= lengths.window_weeks
where complete_weeks.recency <= {{ var('trailing_history_weeks') }}
