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
)

select windows.period_start
from windows
where
    exists (
        select 1
        from changed_weeks
        where
            changed_weeks.period_start >= windows.window_start
            and changed_weeks.period_start < windows.period_end
    )
{% if goes_on() %}

    union distinct

    select former.period_start
    from {{ former('int_trailing_time_to_resolve') }} as former
    where former.period_start not in (select windows.period_start from windows)
{% endif %}
