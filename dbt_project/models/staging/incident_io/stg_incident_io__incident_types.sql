-- One row per incident type.
with

incident_types as (
    select * from {{ source('raw_incident_io', 'incident_types') }}
)

select
    id as incident_type_id,

    name as incident_type_name,

    is_default,

    created_at,
    updated_at,
    deleted_at
from incident_types
