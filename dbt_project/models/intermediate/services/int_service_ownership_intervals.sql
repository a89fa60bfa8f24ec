-- One row per service, team and span in which it may count as the owner. Of the rows that hold an incident the lowest
-- preference decides: 1 a row of service_ownership.csv, 2 what the catalog was seen to say, and before anything was known
-- the first known row, 3 of the seed or 4 of the catalog. Spans of the seed are bounded by local dates, those of the
-- catalog by instants.
with

seed_owners as (
    select * from {{ ref('int_service_seed_owners') }}
),

catalog_owners as (
    select * from {{ ref('int_service_catalog_owners') }}
),

known_rows as (
    select
        service_id,
        team_id,
        true as is_of_seed,
        seed_service as source_value,
        matched_by,
        seed_line,
        valid_from as owned_from,
        valid_to as owned_to,
        cast(null as timestamp with time zone) as owned_from_at,
        cast(null as timestamp with time zone) as owned_to_at
    from seed_owners

    union all

    select
        service_id,
        team_id,
        false as is_of_seed,
        owner_reference as source_value,
        matched_by,
        cast(null as integer) as seed_line,
        {{ local_date('owned_from_at') }} as owned_from,
        {{ local_date('owned_to_at') }} as owned_to,
        owned_from_at,
        owned_to_at
    from catalog_owners
),

-- A row without a start holds since ever, so nothing lies before it.
compared as (
    select
        *,
        min(coalesce(owned_from, cast('0001-01-01' as date))) over (partition by service_id) as first_known_date,
        min(owned_from_at) over (partition by service_id) as first_seen_at
    from known_rows
)

select
    service_id,
    team_id,
    source_value,
    matched_by,
    seed_line,
    case when is_of_seed then 1 else 2 end as preference,
    owned_from,
    owned_to,
    case when is_of_seed then owned_from end as holds_from_date,
    case when is_of_seed then owned_to end as holds_to_date,
    owned_from_at as holds_from_at,
    owned_to_at as holds_to_at
from compared

union all

-- The first row of the seed stands for the time before it only where the catalog was not seen earlier; the first row of the
-- catalog stands for all the time before it that no row of the seed holds.
select
    service_id,
    team_id,
    source_value,
    matched_by,
    seed_line,
    case when is_of_seed then 3 else 4 end as preference,
    cast(null as date) as owned_from,
    owned_to,
    cast(null as date) as holds_from_date,
    case when is_of_seed then owned_from end as holds_to_date,
    cast(null as timestamp with time zone) as holds_from_at,
    owned_from_at as holds_to_at
from compared
where case when is_of_seed then owned_from = first_known_date else owned_from_at = first_seen_at end
