-- One row per incident that counts, value of a dimension on it and scope of the organisation or a team: what both the count and
-- the time to resolve of a dimension are computed from, carried in numbers and dates because there are many.
{{ config(materialized='table') }}

with

incidents as (
    select
        incident_id,
        case when occurred_at <= {{ as_of() }} then {{ local_date('occurred_at') }} end as occurred_date,
        case when resolved_at <= {{ as_of() }} then {{ local_date('resolved_at') }} end as resolved_date,
        time_to_resolve_seconds
    from {{ ref('int_incidents') }}
    where is_eligible
),

incident_dimensions as (
    select * from {{ ref('int_incident_dimensions') }}
),

scopes as (
    select scope_key
    from {{ ref('int_scopes') }}
    where scope_type <> 'person'
),

incident_scopes as (
    select
        incident_id,
        scope_key
    from {{ ref('int_incident_scopes') }}
    where is_counted
)

select
    incident_scopes.scope_key,
    incident_dimensions.dimension_key,
    incidents.occurred_date,
    incidents.resolved_date,
    incidents.time_to_resolve_seconds
from incidents
inner join incident_dimensions on incidents.incident_id = incident_dimensions.incident_id
inner join incident_scopes on incidents.incident_id = incident_scopes.incident_id
inner join scopes on incident_scopes.scope_key = scopes.scope_key
