-- One row per option of a custom field.
with

custom_field_options as (
    select * from {{ source('raw_incident_io', 'custom_field_options') }}
)

select
    id as option_id,
    custom_field_id,

    value as option_value,

    sort_key,

    deleted_at
from custom_field_options
