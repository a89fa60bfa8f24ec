-- One row per custom field.
with

custom_fields as (
    select * from {{ source('raw_incident_io', 'custom_fields') }}
)

select
    id as custom_field_id,
    catalog_type_id,

    name as custom_field_name,
    field_type,

    created_at,
    updated_at,
    deleted_at
from custom_fields
