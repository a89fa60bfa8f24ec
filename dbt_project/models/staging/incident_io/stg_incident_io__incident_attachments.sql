-- One row per attachment: a thing of another system that was tied to an incident. The API sends empty texts where the
-- thing was scrubbed.
with

incident_attachments as (
    select * from {{ source('raw_incident_io', 'incident_attachments') }}
)

select
    id as incident_attachment_id,
    incident_id,
    nullif({{ json_text('resource', '$.external_id') }}, '') as external_id,

    {{ json_text('resource', '$.resource_type') }} as resource_type,
    nullif({{ json_text('resource', '$.title') }}, '') as title,
    nullif({{ json_text('resource', '$.permalink') }}, '') as permalink,

    deleted_at
from incident_attachments
