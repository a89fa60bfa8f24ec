-- One row per grain, scope, roll-up, period and severity that any incident that counts has, also where none of them fell into the
-- period. Severities count by rank and name and not by id: one that was deleted and made anew is the same one to a reader.
-- Texts join at the end; millions of memberships are counted by small numbers.
with

incidents as (
    select
        incidents.incident_key,
        incidents.severity_rank,
        coalesce(incidents.severity_name, 'No severity') as severity_name,
        dates.occurred_date
    from {{ ref('int_incidents') }} as incidents
    inner join {{ ref('int_incident_dates') }} as dates on incidents.incident_key = dates.incident_key
),

incident_scopes as (
    select
        incident_key,
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

scope_periods as (
    select * from {{ ref('int_scope_periods') }}
),

severities as (
    select
        severity_rank,
        severity_name,
        cast(row_number() over (order by severity_rank, severity_name) as integer) as severity_number
    from incidents
    group by severity_rank, severity_name
),

numbered_incidents as (
    select
        incidents.incident_key,
        severities.severity_number,
    {% for grain in grains() %}
        days.{{ grain }}_key{{ ',' if not loop.last }}
    {% endfor %}
    from incidents
    inner join severities
        on
            incidents.severity_name = severities.severity_name
            and incidents.severity_rank is not distinct from severities.severity_rank
    inner join {{ ref('int_period_days') }} as days on incidents.occurred_date = days.local_date
),

counted as (
    {% for grain in grains() %}
        select
            incident_scopes.scope_key,
            numbered_incidents.severity_number,
            numbered_incidents.{{ grain }}_key as period_key,
            count(*) as total_incidents
        from incident_scopes
        inner join numbered_incidents on incident_scopes.incident_key = numbered_incidents.incident_key
        group by all
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    periods.grain,
    scopes.scope_type,
    scopes.scope_id,
    scopes.rollup,
    periods.period_start,
    severities.severity_name,
    severities.severity_rank,
    scopes.scope_name,
    periods.period_end,
    periods.is_complete,
    coalesce(counted.total_incidents, 0) as total_incidents
from scope_periods
cross join severities
inner join scopes on scope_periods.scope_key = scopes.scope_key
inner join periods on scope_periods.period_key = periods.period_key
left join counted
    on
        scope_periods.scope_key = counted.scope_key
        and scope_periods.period_key = counted.period_key
        and severities.severity_number = counted.severity_number
