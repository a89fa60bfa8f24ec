-- One row per entry of the account's team catalog type, ended ones too.
with

catalog_types as (
    select * from {{ ref('stg_incident_io__catalog_types') }}
    where is_team_type
),

catalog_entries as (
    select * from {{ ref('stg_incident_io__catalog_entries') }}
)

select
    catalog_entries.catalog_entry_id,
    catalog_entries.external_id,
    catalog_entries.catalog_entry_name,
    catalog_entries.aliases,
    catalog_entries.archived_at,
    catalog_entries.deleted_at
from catalog_entries
inner join catalog_types on catalog_entries.catalog_type_id = catalog_types.catalog_type_id
