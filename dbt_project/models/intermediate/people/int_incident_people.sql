-- One row per incident, person and involvement, private incidents included: led for a role of type lead, reported for the
-- reporter role, involved for any role and for whoever helped without one, so that a lead is involved as well. The type of a
-- participant decides, not the list; observers get nothing, and neither does a person who is no longer listed.
{{ incremental_by('incident_key') }}

with

role_holders as (
    select * from {{ ref('int_incident_role_holders') }}
),

participants as (
    select * from {{ ref('stg_incident_io__incident_participants') }}
),

incident_keys as (
    select * from {{ ref('int_incident_keys') }}
),

involved as (
    select
        incident_key,
        person_id
    from role_holders

    union distinct

    select
        incident_keys.incident_key,
        participants.person_id
    from participants
    inner join incident_keys on participants.incident_id = incident_keys.incident_id
    where participants.participant_type in ('responder', 'collaborator') and participants.deleted_at is null
)

select
    incident_key,
    person_id,
    'involved' as involvement
from involved

union all

select distinct
    incident_key,
    person_id,
    case role_type when 'lead' then 'led' else 'reported' end as involvement
from role_holders
where role_type in ('lead', 'reporter')
