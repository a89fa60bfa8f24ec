-- One row per team and text by which a value of the catalog may refer to it: the id of its entry, the external id, an alias
-- or, where the type allows it, the name. A lower preference is the stronger way.
with

team_entries as (
    select
        entries.*,
        identifiers.team_id
    from {{ ref('int_team_catalog_entries') }} as entries
    inner join {{ ref('int_team_identifiers') }} as identifiers
        on entries.catalog_entry_id = identifiers.identifier
)

select
    team_id,
    catalog_entry_id as reference_name,
    1 as preference,
    'catalog_entry_id' as matched_by
from team_entries

union all

select
    team_id,
    external_id as reference_name,
    2 as preference,
    'external_id' as matched_by
from team_entries
where external_id is not null

union all

select
    team_id,
    unnest(aliases) as reference_name,
    3 as preference,
    'alias' as matched_by
from team_entries

union all

select
    team_id,
    catalog_entry_name as reference_name,
    4 as preference,
    'name' as matched_by
from team_entries
where is_name_an_identifier
