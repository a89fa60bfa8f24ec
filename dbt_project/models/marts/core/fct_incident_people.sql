-- One row per incident, person and involvement; private incidents have none, because their people stay masked.
{{ incremental_by('incident_id') }}

with

incident_people as (
    select * from {{ ref('int_incident_people') }}
),

incidents as (
    select
        incident_id,
        incident_key,
        reference
    from {{ ref('int_incidents') }}
    where not is_private
)

select
    incidents.incident_id,
    incidents.reference,
    incident_people.person_id,
    incident_people.involvement
from incident_people
inner join incidents on incident_people.incident_key = incidents.incident_key
