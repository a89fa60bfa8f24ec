-- One row per incident and person that takes part in it, or looks on. Read only for the incidents that the settings ask for.
{{ config(meta={'rows_of': 'incident'}) }}

with

incident_participants as (
    select * from {{ source('raw_incident_io', 'incident_participants') }}
)

select
    id as incident_participant_id,
    incident_id,
    {{ json_text('incident_participants.user', '$.id') }} as person_id,

    participation,
    participant_type,
    {{ json_text('incident_participants.user', '$.name') }} as person_name,
    {{ json_text('incident_participants.user', '$.email') }} as email,

    deleted_at,
    _dlt_load_id as load_id
from incident_participants
