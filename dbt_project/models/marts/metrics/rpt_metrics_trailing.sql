-- One row per window length in weeks, scope, roll-up and week that ends a window of complete weeks: trailing figures.
with

windows as (
    select * from {{ ref('int_trailing_windows') }}
),

scopes as (
    select * from {{ ref('int_scopes') }}
),

counts as (
    select * from {{ ref('int_trailing_counts') }}
),

time_to_resolve as (
    select * from {{ ref('int_trailing_time_to_resolve') }}
),

side_by_side as (
    select
        counts.window_weeks,
        scopes.scope_type,
        scopes.scope_id,
        scopes.rollup,
        counts.period_start,
        scopes.scope_name,
        windows.window_start,
        windows.period_end,
        counts.total_incidents,
        counts.total_incidents_previous,
        counts.incidents_resolved,
        counts.incidents_resolved_previous,
        cast(counts.total_incidents as double) / counts.window_weeks as incidents_per_week,
        coalesce(time_to_resolve.n_hours, 0) as time_to_resolve_n_hours,
        time_to_resolve.mean_hours as time_to_resolve_mean_hours,
        time_to_resolve.p50_hours as time_to_resolve_p50_hours,
        coalesce(time_to_resolve.n_hours, 0) < 5 as time_to_resolve_low_sample,
        windows.has_previous as is_comparable
    from counts
    inner join scopes on counts.scope_key = scopes.scope_key
    inner join windows
        on counts.window_weeks = windows.window_weeks and counts.period_start = windows.period_start
    left join time_to_resolve
        on
            counts.window_weeks = time_to_resolve.window_weeks
            and scopes.figures_key = time_to_resolve.scope_key
            and counts.period_start = time_to_resolve.period_start
),

{{ with_changes('side_by_side', compared_metrics(['total_incidents', 'incidents_resolved'])) }}
order by window_weeks, scope_type, scope_id, rollup, period_start
