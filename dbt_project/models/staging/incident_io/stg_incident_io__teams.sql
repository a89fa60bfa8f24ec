-- One row per incident.io team.
with

teams as (
    select * from {{ source('raw_incident_io', 'teams') }}
)

select
    id as incident_io_team_id,
    {{ json_text('catalog_entry', '$.id') }} as catalog_entry_id,
    {{ json_text('catalog_entry', '$.external_id') }} as external_id,

    name as team_name,

    members,

    deleted_at
from teams
