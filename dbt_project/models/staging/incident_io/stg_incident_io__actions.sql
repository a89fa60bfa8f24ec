-- One row per action: what somebody was asked to do while the incident went on.
with

actions as (
    select * from {{ source('raw_incident_io', 'actions') }}
)

select
    id as action_id,
    incident_id,
    {{ json_text('assignee', '$.id') }} as assignee_person_id,
    {{ json_text('creator', '$.user.id') }} as creator_person_id,

    incident_mode,
    description as action_description,
    status,
    {{ json_text('assignee', '$.name') }} as assignee_name,
    {{ json_text('assignee', '$.email') }} as assignee_email,

    completed_at,
    created_at,
    updated_at,
    deleted_at
from actions
