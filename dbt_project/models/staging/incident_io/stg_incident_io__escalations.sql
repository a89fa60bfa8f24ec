-- One row per escalation. What happened to it, and what it belongs to, stay JSON lists.
with

escalations as (
    select * from {{ source('raw_incident_io', 'escalations') }}
)

select
    id as escalation_id,
    escalation_path_id,
    {{ json_text('creator', '$.user.id') }} as creator_person_id,
    {{ json_text('creator', '$.alert.id') }} as creator_alert_id,
    {{ json_text('creator', '$.workflow.id') }} as creator_workflow_id,

    title as escalation_title,
    status,
    {{ json_text('priority', '$.name') }} as priority_name,

    events,
    related_incidents,
    related_alerts,

    created_at,
    updated_at,
    deleted_at
from escalations
