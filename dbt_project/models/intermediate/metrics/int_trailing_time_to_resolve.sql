-- One row per window length, scope and week that ends a window in which an incident was resolved: the statistics of the
-- time to resolve, from the incidents of all its weeks. People have rows only with the variable person_durations.
-- Each week's values are collected once, as a list, and a window joins the lists of its weeks: a row for every value and
-- window that holds it would be forty times the values.
{{ incremental_by('window') }}

with

windows as (
    select * from {{ ref('int_trailing_windows') }}
),

weeks as (
    select period_start
    from {{ ref('int_periods') }}
    where grain = 'week'
),

window_weeks as (
    select
        windows.window_weeks,
        windows.period_start,
        weeks.period_start as week_start
    from windows
    inner join weeks on windows.window_start <= weeks.period_start and windows.period_end > weeks.period_start
),

measured as (
    select
        incidents.incident_key,
        {{ period_start('dates.resolved_date', "'week'") }} as week_start,
        incidents.time_to_resolve_seconds as seconds
    from {{ ref('int_incident_dates') }} as dates
    inner join {{ ref('int_incidents') }} as incidents on dates.incident_key = incidents.incident_key
    where incidents.time_to_resolve_seconds is not null and dates.resolved_date is not null
),

{{ measured_memberships() }},

by_week as (
    select
        incident_scopes.scope_key,
        measured.week_start,
        {{ list_of('measured.seconds') }} as all_seconds,
        count(*) as count_ended,
        sum(measured.seconds) as total_seconds
    from incident_scopes
    inner join measured on incident_scopes.incident_key = measured.incident_key
    where measured.week_start in (select window_weeks.week_start from window_weeks)
    group by incident_scopes.scope_key, measured.week_start
),

by_window as (
    select
        window_weeks.window_weeks,
        by_week.scope_key,
        window_weeks.period_start,
        sum(by_week.count_ended) as count_ended,
        sum(by_week.total_seconds) as total_seconds,
        {{ median_of_lists('by_week.all_seconds') }} as median_seconds
    from window_weeks
    inner join by_week on window_weeks.week_start = by_week.week_start
    group by window_weeks.window_weeks, by_week.scope_key, window_weeks.period_start
)

select
    window_weeks,
    scope_key,
    period_start,
    cast(count_ended as bigint) as n_hours,
    total_seconds / count_ended / 3600.0 as mean_hours,
    median_seconds / 3600.0 as p50_hours
from by_window
