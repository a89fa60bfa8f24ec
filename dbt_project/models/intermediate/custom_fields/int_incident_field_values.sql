-- One row per incident, custom field and value, under the current names of field, option and catalog entry. Incidents embed
-- names that go stale, so the embedded ones only serve where a definition is missing. A view: its small tables are joined faster
-- than its rows are written.
{{ config(meta={'rows_of': 'incident'}) }}

with

field_entries as (
    select * from {{ ref('int_incident_field_entries') }}
),

custom_fields as (
    select * from {{ ref('int_custom_fields') }}
),

options as (
    select
        option_id,
        option_value
    from {{ ref('stg_incident_io__custom_field_options') }}
),

catalog_entries as (
    select
        catalog_entry_id,
        external_id,
        catalog_entry_name
    from {{ ref('stg_incident_io__catalog_entries') }}
)

select
    field_entries.incident_id,
    field_entries.custom_field_id,
    custom_fields.custom_field_name,
    custom_fields.field_type,
    custom_fields.catalog_type_id,
    field_entries.value_number,
    field_entries.value_kind,
    field_entries.option_id,
    field_entries.catalog_entry_id,
    coalesce(catalog_entries.external_id, field_entries.embedded_external_id) as external_id,
    coalesce(options.option_value, catalog_entries.catalog_entry_name, field_entries.embedded_value) as field_value
from field_entries
left join custom_fields on field_entries.custom_field_id = custom_fields.custom_field_id
left join options on field_entries.option_id = options.option_id
left join catalog_entries on field_entries.catalog_entry_id = catalog_entries.catalog_entry_id
