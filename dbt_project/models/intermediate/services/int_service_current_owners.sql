-- One row per service that the catalog lists now: the team entries that own it, as JSON.
with

services as (
    select service_id
    from {{ ref('int_services') }}
    where is_in_catalog
),

owner_references as (
    select * from {{ ref('int_service_owner_references') }}
    where team_entry_id is not null
),

owners as (
    select
        service_id,
        team_entry_id,
        min(owner_reference) as owner_reference,
        min_by(matched_by, owner_reference) as matched_by
    from owner_references
    group by service_id, team_entry_id
),

owners_of_services as (
    select
        service_id,
        {{ json_list('team_entry_id') }} as team_entry_ids,
        {{ json_object_list(['team_entry_id', 'owner_reference', 'matched_by']) }} as owners
    from owners
    group by service_id
)

select
    services.service_id,
    -- Another path is another question: its answers have a history of their own.
    {{ service_owner_path_key() }} as owner_path,
    coalesce(owners_of_services.team_entry_ids, '[]') as team_entry_ids,
    coalesce(owners_of_services.owners, '[]') as owners
from services
left join owners_of_services on services.service_id = owners_of_services.service_id
