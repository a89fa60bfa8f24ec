-- One row per week that ends a trailing window which can differ from that of the last build, or none any more: a changed week lies
-- in the longest window that the week ends, the last build had no such window, or the week is too old to end one.
{{ config(materialized='table', meta={'rows_of': 'change'}) }}

with

windows as (
    select
        period_start,
        min(window_start) as window_start,
        max(period_end) as period_end
    from {{ ref('int_trailing_windows') }}
    group by period_start
),

changed_weeks as (
    select period_start
    from {{ ref('int_changed_periods') }}
    where grain = 'week'
),

weeks as (
    select period_start
    from {{ ref('int_periods') }}
    where grain = 'week'

    union distinct

    select period_start
    from {{ ref('int_former_periods') }}
    where grain = 'week'
)

select weeks.period_start
from weeks
left join windows on weeks.period_start = windows.period_start
where
    windows.period_start is null
    or exists (
        select 1
        from changed_weeks
        where
            changed_weeks.period_start >= windows.window_start
            and changed_weeks.period_start < windows.period_end
    )
{% if goes_on() %}
        or windows.period_start not in (
            select former.period_start
            from {{ former('int_trailing_time_to_resolve') }} as former
        )
    {% endif %}
