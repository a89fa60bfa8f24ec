-- One row per incident that counts and person whose metrics it is part of: what the person did on it. Incidents that are
-- private are left out, unless the variable person_rows_include_private says otherwise: their people stay masked, and a count
-- that fct_incident_people cannot explain would tell who took part.
{{ incremental_by('incident_key') }}

with

incidents as (
    select incident_key
    from {{ ref('int_incidents') }}
    where is_eligible and ({{ var('person_rows_include_private') }} or not is_private)
),

incident_people as (
    select * from {{ ref('int_incident_people') }}
)

select
    incident_people.incident_key,
    incident_people.person_id,
    bool_or(incident_people.involvement = 'led') as is_led,
    bool_or(incident_people.involvement = 'involved') as is_involved,
    bool_or(incident_people.involvement = 'reported') as is_reported
from incident_people
inner join incidents on incident_people.incident_key = incidents.incident_key
group by incident_people.incident_key, incident_people.person_id
