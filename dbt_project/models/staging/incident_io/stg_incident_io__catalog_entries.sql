-- One row per catalog entry, archived ones too. Attribute values stay JSON: their keys are the account's own.
with

catalog_entries as (
    select * from {{ source('raw_incident_io', 'catalog_entries') }}
)

select
    id as catalog_entry_id,
    catalog_type_id,
    external_id,

    name as catalog_entry_name,
    {{ json_text_list('aliases') }} as aliases,

    rank as catalog_entry_rank,

    attribute_values,

    archived_at,
    created_at,
    updated_at,
    deleted_at
from catalog_entries
