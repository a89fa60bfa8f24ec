{{ config(materialized='table') }}
-- One row per grain, scope (people have no durations), period and duration that ended in it, in seconds.
-- Percentiles are not additive: they are computed from the incidents of each period, never from shorter periods.
with

team_scopes as (
    select scope_key
    from {{ ref('int_scopes') }}
    where scope_type <> 'person'
),

incident_scopes as (
    select
        incident_scopes.incident_id,
        incident_scopes.scope_key
    from {{ ref('int_incident_scopes') }} as incident_scopes
    inner join team_scopes on incident_scopes.scope_key = team_scopes.scope_key
),

duration_ends as (
    select * from {{ ref('int_incident_duration_ends') }}
),

grains as (
    select grain
    from {{ period_grains() }} as grains (grain)
)

select
    grains.grain,
    incident_scopes.scope_key,
    {{ period_start('duration_ends.local_date', 'grains.grain') }} as period_start,
    duration_ends.duration,
    count(*) as count_ended,
    sum(duration_ends.seconds) as total_seconds,
    quantile_cont(duration_ends.seconds, [0.5, 0.75, 0.9]) as percentiles_seconds,
    max(duration_ends.seconds) as max_seconds
from incident_scopes
inner join duration_ends on incident_scopes.incident_id = duration_ends.incident_id
cross join grains
group by all
