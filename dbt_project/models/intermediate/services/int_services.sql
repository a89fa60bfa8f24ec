-- One row per service: an entry of a catalog type that holds services. Services that left the catalog stay, and so do those
-- that only incidents name.
with

service_types as (
    select * from {{ ref('int_service_types') }}
),

catalog_entries as (
    select * from {{ ref('stg_incident_io__catalog_entries') }}
),

field_values as (
    select * from {{ ref('int_incident_field_values') }}
),

in_catalog as (
    select
        catalog_entries.catalog_entry_id as service_id,
        catalog_entries.catalog_type_id,
        catalog_entries.external_id,
        catalog_entries.catalog_entry_name as service_name,
        catalog_entries.deleted_at is null as is_in_catalog,
        coalesce(catalog_entries.archived_at, catalog_entries.deleted_at) is not null as is_archived
    from catalog_entries
    inner join service_types on catalog_entries.catalog_type_id = service_types.catalog_type_id
),

only_on_incidents as (
    select
        field_values.catalog_entry_id as service_id,
        min(field_values.catalog_type_id) as catalog_type_id,
        min(field_values.external_id) as external_id,
        min(field_values.field_value) as service_name,
        false as is_in_catalog,
        true as is_archived
    from field_values
    inner join service_types on field_values.catalog_type_id = service_types.catalog_type_id
    left join catalog_entries on field_values.catalog_entry_id = catalog_entries.catalog_entry_id
    where field_values.catalog_entry_id is not null and catalog_entries.catalog_entry_id is null
    group by field_values.catalog_entry_id
)

select * from in_catalog
union all
select * from only_on_incidents
