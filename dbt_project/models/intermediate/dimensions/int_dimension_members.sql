-- One row per incident that counts, value of a dimension on it and scope of the organisation or a team, subtrees that have a twin
-- left out: what both the count and the time to resolve of a dimension are computed from, carried in numbers and dates because
-- there are many.
{{ incremental_by('incident_key') }}

with

incidents as (
    select
        incidents.incident_key,
        dates.occurred_date,
        dates.resolved_date,
        incidents.time_to_resolve_seconds
    from {{ ref('int_incidents') }} as incidents
    inner join {{ ref('int_incident_dates') }} as dates on incidents.incident_key = dates.incident_key
),

incident_dimensions as (
    select * from {{ ref('int_incident_dimensions') }}
),

scopes as (
    select scope_key
    from {{ ref('int_scope_keys') }}
    where scope_type <> 'person' and {{ has_no_twin('scope_key') }}
),

incident_scopes as (
    select
        incident_key,
        scope_key
    from {{ ref('int_incident_scopes') }}
    where is_counted
)

select
    incident_scopes.incident_key,
    incident_scopes.scope_key,
    incident_dimensions.dimension_key,
    incidents.occurred_date,
    incidents.resolved_date,
    incidents.time_to_resolve_seconds
from incidents
inner join incident_dimensions on incidents.incident_key = incident_dimensions.incident_key
inner join incident_scopes on incidents.incident_key = incident_scopes.incident_key
inner join scopes on incident_scopes.scope_key = scopes.scope_key
