-- One row per service, owning team and interval in which it counts as the owner. Per service and date exactly one source
-- speaks: a row of service_ownership.csv that holds the date; else the catalog, which only knows today's owner; else, before
-- the first row, that first row.
with

seed_owners as (
    select * from {{ ref('int_service_seed_owners') }}
),

catalog_owners as (
    select * from {{ ref('int_service_catalog_owners') }}
),

-- A row without a start holds since ever, so nothing lies before it.
first_rows as (
    select
        service_id,
        min(coalesce(valid_from, cast('0001-01-01' as date))) as first_valid_from
    from seed_owners
    group by service_id
)

select
    seed_owners.service_id,
    seed_owners.team_id,
    seed_owners.seed_service as source_value,
    seed_owners.matched_by,
    seed_owners.seed_line,
    1 as preference,
    seed_owners.valid_from as owned_from,
    seed_owners.valid_to as owned_to,
    cast(null as date) as applies_before
from seed_owners

union all

select
    service_id,
    team_id,
    owner_reference as source_value,
    matched_by,
    cast(null as integer) as seed_line,
    2 as preference,
    cast(null as date) as owned_from,
    cast(null as date) as owned_to,
    cast(null as date) as applies_before
from catalog_owners

union all

select
    seed_owners.service_id,
    seed_owners.team_id,
    seed_owners.seed_service as source_value,
    seed_owners.matched_by,
    seed_owners.seed_line,
    3 as preference,
    cast(null as date) as owned_from,
    seed_owners.valid_to as owned_to,
    first_rows.first_valid_from as applies_before
from seed_owners
inner join first_rows
    on
        seed_owners.service_id = first_rows.service_id
        and seed_owners.valid_from = first_rows.first_valid_from
