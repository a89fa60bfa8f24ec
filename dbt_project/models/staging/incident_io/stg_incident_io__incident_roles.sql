-- One row per incident role.
with

incident_roles as (
    select * from {{ source('raw_incident_io', 'incident_roles') }}
)

select
    id as incident_role_id,

    name as incident_role_name,
    role_type,

    created_at,
    updated_at,
    deleted_at
from incident_roles
