-- One row per incident and team that somebody named as its owner: rows of incident_owners.csv, and the teams that
-- incident.io computed, which such a row outranks.
{{ config(meta={'rows_of': 'incident'}) }}

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
        'incident_owners' as source_name,
        incident_owners.incident as source_value,
        'incident_id' as matched_by,
        incident_owners.seed_line
    from incidents
    inner join incident_owners on incidents.incident_id = incident_owners.incident

    union all

    select
        incidents.incident_id,
        incident_owners.team_id,
        'incident_owners' as source_name,
        incident_owners.incident as source_value,
        'reference' as matched_by,
        incident_owners.seed_line
    from incidents
    inner join incident_owners on {{ fold_text('incidents.reference') }} = incident_owners.reference_key
),

named_in_account as (
    select
        incident_id,
        unnest(team_ids) as identifier
    from incidents
),

named as (
    select * from named_in_seed

    union all

    select distinct
        named_in_account.incident_id,
        team_identifiers.team_id,
        'team_ids' as source_name,
        named_in_account.identifier as source_value,
        team_identifiers.matched_by,
        cast(null as integer) as seed_line
    from named_in_account
    inner join team_identifiers on named_in_account.identifier = team_identifiers.identifier
)

select
    named.incident_id,
    named.team_id,
    named.source_name,
    named.source_value,
    false as is_free_text,
    named.matched_by,
    cast(null as integer) as field_priority,
    case
        when
            named.seed_line is null
            and max(named.seed_line) over (partition by named.incident_id) is not null
            then 'incident_owners.csv'
    end as outranked_by,
    case when named.seed_line is not null then 'incident_owners.csv' end as seed_file,
    named.seed_line,
    cast(null as date) as owned_from,
    cast(null as date) as owned_to,
    false as ownership_assumed
from named
inner join known_teams on named.team_id = known_teams.team_id
