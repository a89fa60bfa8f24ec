-- One row per custom field and value that the account offers for it today: the options of a select field, the entries of the
-- catalog type behind a field. A field that is gone offers nothing, whatever is left of its options.
with

custom_fields as (
    select * from {{ ref('stg_incident_io__custom_fields') }}
    where deleted_at is null
),

options as (
    select * from {{ ref('stg_incident_io__custom_field_options') }}
    where deleted_at is null
),

catalog_entries as (
    select * from {{ ref('stg_incident_io__catalog_entries') }}
    where archived_at is null and deleted_at is null
)

select
    custom_fields.custom_field_id,
    options.option_id,
    cast(null as {{ dbt.type_string() }}) as catalog_entry_id,
    cast(null as {{ dbt.type_string() }}) as external_id,
    options.option_value as field_value
from custom_fields
inner join options on custom_fields.custom_field_id = options.custom_field_id

union all

select
    custom_fields.custom_field_id,
    cast(null as {{ dbt.type_string() }}) as option_id,
    catalog_entries.catalog_entry_id,
    catalog_entries.external_id,
    catalog_entries.catalog_entry_name as field_value
from custom_fields
inner join catalog_entries on custom_fields.catalog_type_id = catalog_entries.catalog_type_id
