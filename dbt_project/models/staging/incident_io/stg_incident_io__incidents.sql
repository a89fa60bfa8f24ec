-- One row per incident. Statuses, severities and types are the copies embedded in the incident, which go stale when a
-- definition is renamed.
{{ config(meta={'rows_of': 'incident'}) }}

with

incidents as (
    select * from {{ source('raw_incident_io', 'incidents') }}
)

select
    id as incident_id,
    {{ json_text('incident_status', '$.id') }} as status_id,
    {{ json_text('severity', '$.id') }} as severity_id,
    {{ json_text('incident_type', '$.id') }} as incident_type_id,
    {{ json_text_list('team_ids') }} as team_ids,

    reference,
    name as incident_name,
    mode,
    visibility,
    {{ json_text('incident_status', '$.name') }} as status_name,
    {{ status_category(json_text('incident_status', '$.category')) }} as status_category,
    {{ json_text('severity', '$.name') }} as severity_name,
    {{ json_text('incident_type', '$.name') }} as incident_type_name,
    permalink,

    {{ json_integer('severity', '$.rank') }} as severity_rank,
    workload_minutes_total,
    workload_minutes_working,
    workload_minutes_late,
    workload_minutes_sleeping,

    -- A visibility nobody knows yet must not publish what may be meant for few.
    coalesce(visibility <> 'public', true) as is_private,

    creator,
    incident_role_assignments as role_assignments,
    custom_field_entries,
    incident_timestamp_values as timestamp_values,
    duration_metrics,

    created_at,
    updated_at,
    last_activity_at,
    deleted_at,
    _dlt_load_id as load_id
from incidents
