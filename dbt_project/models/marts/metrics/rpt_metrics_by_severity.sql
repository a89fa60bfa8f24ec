-- One row per grain, scope, roll-up, period and severity with at least one incident; absent rows mean none.
-- Grouped by rank and name and not by id: a severity that was deleted and made anew is the same one to a reader.
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

counted as (
    select
        incident_scopes.scope_key,
        incidents.local_date,
        incidents.severity_rank,
        incidents.severity_name,
        count(*) as count_incidents
    from incident_scopes
    inner join incidents on incident_scopes.incident_id = incidents.incident_id
    group by all
),

rolled_up as (
    select
        periods.grain,
        periods.period_start,
        counted.scope_key,
        counted.severity_rank,
        counted.severity_name,
        cast(sum(counted.count_incidents) as bigint) as total_incidents
    from counted
    inner join periods on {{ period_start('counted.local_date', 'periods.grain') }} = periods.period_start
    group by all
)

select
    rolled_up.grain,
    scopes.scope_type,
    scopes.scope_id,
    scopes.rollup,
    rolled_up.period_start,
    rolled_up.severity_name,
    rolled_up.severity_rank,
    scopes.scope_name,
    periods.period_end,
    periods.is_complete,
    rolled_up.total_incidents
from rolled_up
inner join scopes on rolled_up.scope_key = scopes.scope_key
inner join periods on rolled_up.grain = periods.grain and rolled_up.period_start = periods.period_start
