-- One row per service, team and span of time in which the catalog was seen to name the team as an owner, from the first run
-- that saw it to the first that no longer did.
with

states_seen as (
    select
        service_id,
        owners,
        dbt_valid_from as seen_from,
        dbt_valid_to as seen_to
    from {{ ref('service_owners_seen') }}
    where owner_path = {{ service_owner_path_key() }} and {{ is_kept_observation() }}
),

current_owners as (
    select * from {{ ref('int_service_current_owners') }}
),

-- A run that goes back in time records nothing, but may meet services that no run has seen before.
states as (
    select * from states_seen

    union all

    select
        current_owners.service_id,
        current_owners.owners,
        {{ as_of() }} as seen_from,
        cast(null as timestamp with time zone) as seen_to
    from current_owners
    left join states_seen on current_owners.service_id = states_seen.service_id
    where states_seen.service_id is null
),

owners_seen as (
    select
        service_id,
        seen_from,
        seen_to,
        {{ json_elements(
            'owners', '{"team_entry_id": "VARCHAR", "owner_reference": "VARCHAR", "matched_by": "VARCHAR"}'
        ) }} as owner
    from states
),

team_identifiers as (
    select * from {{ ref('int_team_identifiers') }}
),

-- Entries of two teams that were merged are one team.
teams_seen as (
    select
        owners_seen.service_id,
        team_identifiers.team_id,
        owners_seen.seen_from,
        owners_seen.seen_to,
        min(owners_seen.owner.owner_reference) as owner_reference,
        min_by(owners_seen.owner.matched_by, owners_seen.owner.owner_reference) as matched_by
    from owners_seen
    inner join team_identifiers on owners_seen.owner.team_entry_id = team_identifiers.identifier
    group by all
),

-- Another owner who comes or goes leaves the ownership of this one unbroken.
begun as (
    select
        *,
        case when seen_from = lag(seen_to) over history then 0 else 1 end as is_begin
    from teams_seen
    window history as (partition by service_id, team_id order by seen_from)
),

spans as (
    select
        *,
        sum(is_begin) over (
            partition by service_id, team_id
            order by seen_from
            rows between unbounded preceding and current row
        ) as span_number
    from begun
)

select
    service_id,
    team_id,
    min_by(owner_reference, seen_from) as owner_reference,
    min_by(matched_by, seen_from) as matched_by,
    min(seen_from) as owned_from_at,
    case when bool_and(seen_to is not null) then max(seen_to) end as owned_to_at
from spans
group by service_id, team_id, span_number
