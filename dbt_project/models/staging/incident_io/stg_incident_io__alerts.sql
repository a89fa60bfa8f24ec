-- One row per alert, whether or not it belongs to an incident.
with

alerts as (
    select * from {{ source('raw_incident_io', 'alerts') }}
)

select
    id as alert_id,
    alert_source_id,
    {{ json_text_list('alert_group_ids') }} as alert_group_ids,

    deduplication_key,
    title as alert_title,
    description as alert_description,
    status,
    source_url,

    attributes,
    tags,

    resolved_at,
    created_at,
    updated_at,
    deleted_at
from alerts
