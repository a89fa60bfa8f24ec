-- One row per incident update: a change of status or severity, or a merge into another incident.
{{ config(meta={'rows_of': 'incident'}) }}

with

incident_updates as (
    select * from {{ source('raw_incident_io', 'incident_updates') }}
)

select
    id as incident_update_id,
    incident_id,
    {{ json_text('new_incident_status', '$.id') }} as status_id,
    {{ json_text('new_severity', '$.id') }} as severity_id,
    merged_into_incident_id,

    {{ status_category(json_text('new_incident_status', '$.category')) }} as status_category,

    created_at,
    deleted_at,
    _dlt_load_id as load_id
from incident_updates
