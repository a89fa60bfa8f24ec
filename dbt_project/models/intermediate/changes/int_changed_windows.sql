-- One row per week that ends a trailing window which can differ from that of the last build: a changed week lies in the longest
-- window that the week ends, as one that has become complete does, or the week is too old by now to end one.
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

former_windows as (
    {% if goes_on() %}
        select distinct period_start
        from {{ former('int_trailing_time_to_resolve') }}
    {% else %}
        select cast(null as date) as period_start
        where false
    {% endif %}
),

weeks as (
    select period_start
    from windows

    union distinct

    select period_start
    from former_windows
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
