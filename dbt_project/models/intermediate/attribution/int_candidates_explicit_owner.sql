-- One row per incident and team that somebody named as its owner: rows of incident_owners.csv, and only for an incident
-- without such a row the teams that incident.io computed.
with

incidents as (
    select
        incident_id,
        reference,
        team_ids
    from {{ ref('stg_incident_io__incidents') }}
),

incident_owners as (
    select
        *,
        {{ fold_text('incident') }} as reference_key
    from {{ ref('incident_owners') }}
),

team_identifiers as (
    select * from {{ ref('int_team_identifiers') }}
),

known_teams as (
    select team_id from {{ ref('dim_teams') }}
),

named_in_seed as (
    select
        incidents.incident_id,
        incident_owners.team_id,
        incident_owners.incident,
        'incident_id' as matched_by,
        incident_owners.seed_line
    from incidents
    inner join incident_owners on incidents.incident_id = incident_owners.incident

    union all

    select
        incidents.incident_id,
        incident_owners.team_id,
        incident_owners.incident,
        'reference' as matched_by,
        incident_owners.seed_line
    from incidents
    inner join incident_owners on {{ fold_text('incidents.reference') }} = incident_owners.reference_key
),

from_seed as (
    select named_in_seed.*
    from named_in_seed
    inner join known_teams on named_in_seed.team_id = known_teams.team_id
),

named_in_account as (
    select
        incident_id,
        unnest(team_ids) as identifier
    from incidents
),

from_account as (
    select distinct
        named_in_account.incident_id,
        team_identifiers.team_id,
        named_in_account.identifier,
        team_identifiers.matched_by
    from named_in_account
    inner join team_identifiers on named_in_account.identifier = team_identifiers.identifier
    inner join known_teams on team_identifiers.team_id = known_teams.team_id
    left join from_seed on named_in_account.incident_id = from_seed.incident_id
    where from_seed.incident_id is null
),

owners as (
    select
        incident_id,
        team_id,
        'incident_owners' as source_name,
        incident as source_value,
        matched_by,
        'incident_owners.csv' as seed_file,
        seed_line
    from from_seed

    union all

    select
        incident_id,
        team_id,
        'team_ids' as source_name,
        identifier as source_value,
        matched_by,
        cast(null as {{ dbt.type_string() }}) as seed_file,
        cast(null as integer) as seed_line
    from from_account
)

select
    incident_id,
    team_id,
    source_name,
    source_value,
    false as is_free_text,
    matched_by,
    cast(null as integer) as field_priority,
    false as is_outranked,
    seed_file,
    seed_line,
    cast(null as date) as owned_from,
    cast(null as date) as owned_to,
    false as ownership_assumed
from owners
