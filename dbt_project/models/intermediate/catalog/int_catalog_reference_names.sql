-- One row per catalog entry and text by which another entry may refer to it: its id, its external id, an alias or, where
-- the type allows it, the name. A lower preference is the stronger way; entries that have ended come after all others,
-- because an entry that is made anew takes over the external id of the one before.
with

target_types as (
    select distinct target_type_id
    from {{ ref('int_catalog_attributes') }}
),

catalog_types as (
    select
        catalog_type_id,
        is_name_an_identifier
    from {{ ref('stg_incident_io__catalog_types') }}
),

entries as (
    select
        entries.*,
        catalog_types.is_name_an_identifier,
        case when coalesce(entries.archived_at, entries.deleted_at) is not null then 10 else 0 end as handicap
    from {{ ref('stg_incident_io__catalog_entries') }} as entries
    inner join target_types on entries.catalog_type_id = target_types.target_type_id
    inner join catalog_types on entries.catalog_type_id = catalog_types.catalog_type_id
),

ways as (
    select
        catalog_type_id,
        catalog_entry_id,
        catalog_entry_id as reference_name,
        handicap + 1 as preference,
        'catalog_entry_id' as matched_by
    from entries

    union all

    select
        catalog_type_id,
        catalog_entry_id,
        external_id as reference_name,
        handicap + 2 as preference,
        'external_id' as matched_by
    from entries

    union all

    select
        catalog_type_id,
        catalog_entry_id,
        unnest(aliases) as reference_name,
        handicap + 3 as preference,
        'alias' as matched_by
    from entries

    union all

    select
        catalog_type_id,
        catalog_entry_id,
        catalog_entry_name as reference_name,
        handicap + 4 as preference,
        'name' as matched_by
    from entries
    where is_name_an_identifier
)

-- An alias may stand twice in its list.
select distinct *
from ways
where reference_name is not null
