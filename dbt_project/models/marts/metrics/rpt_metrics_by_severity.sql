-- One row per grain, scope, roll-up, period and severity with at least one incident; absent rows mean none.
-- Severities count by rank and name and not by id: one that was deleted and made anew is the same one to a reader.
-- Texts join at the end; millions of memberships are counted by small numbers.
with

incidents as (
    select
        incident_id,
        severity_rank,
        coalesce(severity_name, 'No severity') as severity_name,
        {{ local_date('occurred_at') }} as local_date
    from {{ ref('int_incidents') }}
    where is_eligible and occurred_at <= {{ as_of() }}
),

incident_scopes as (
    select
        incident_id,
        scope_key
    from {{ ref('int_incident_scopes') }}
    where is_counted
),

scopes as (
    select * from {{ ref('int_scopes') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

grains as (
    select grains.grain
    from {{ period_grains() }} as grains (grain)
),

severities as (
    select
        severity_rank,
        severity_name,
        cast(row_number() over (order by severity_rank, severity_name) as integer) as severity_number
    from (select distinct
        severity_rank,
        severity_name
    from incidents) as found
),

numbered_incidents as (
    select
        incidents.incident_id,
        incidents.local_date,
        severities.severity_number
    from incidents
    inner join severities
        on
            incidents.severity_name = severities.severity_name
            and incidents.severity_rank is not distinct from severities.severity_rank
),

counted as (
    select
        grains.grain,
        {{ period_start('numbered_incidents.local_date', 'grains.grain') }} as period_start,
        incident_scopes.scope_key,
        numbered_incidents.severity_number,
        count(*) as total_incidents
    from incident_scopes
    inner join numbered_incidents on incident_scopes.incident_id = numbered_incidents.incident_id
    cross join grains
    group by all
)

select
    counted.grain,
    scopes.scope_type,
    scopes.scope_id,
    scopes.rollup,
    counted.period_start,
    severities.severity_name,
    severities.severity_rank,
    scopes.scope_name,
    periods.period_end,
    periods.is_complete,
    counted.total_incidents
from counted
inner join scopes on counted.scope_key = scopes.scope_key
inner join severities on counted.severity_number = severities.severity_number
inner join periods on counted.grain = periods.grain and counted.period_start = periods.period_start
order by
    counted.grain,
    scopes.scope_type,
    scopes.scope_id,
    scopes.rollup,
    counted.period_start,
    severities.severity_number
