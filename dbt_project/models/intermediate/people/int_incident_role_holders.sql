-- One row per incident and assigned role: who holds it. The only model that reads the JSON of the role assignments. A role
-- can change its type, so the definition is preferred to what the incident embeds.
{{ incremental_by('incident_key') }}

with

incidents as (
    select
        incident_id,
        role_assignments
    from {{ ref('stg_incident_io__incidents') }}
),

incident_keys as (
    select * from {{ ref('int_incident_keys') }}
),

assignments as (
    select
        incident_keys.incident_key,
        {{ json_elements('incidents.role_assignments', role_assignment_structure()) }} as assignment
    from incidents
    inner join incident_keys on incidents.incident_id = incident_keys.incident_id
),

incident_roles as (
    select
        incident_role_id,
        role_type
    from {{ ref('stg_incident_io__incident_roles') }}
)

select
    assignments.incident_key,
    assignments.assignment.assignee.id as person_id,
    assignments.assignment.assignee.name as person_name,
    assignments.assignment.assignee.email,
    coalesce(incident_roles.role_type, assignments.assignment.role.role_type) as role_type
from assignments
left join incident_roles on assignments.assignment.role.id = incident_roles.incident_role_id
where assignments.assignment.assignee.id is not null
