-- One row per incident that counts and id among its owner teams that leads to no team.
{{ incremental_by('incident_id') }}

with

incidents as (
    select incident_id
    from {{ ref('int_incidents') }}
    where is_eligible
),

team_ids as (
    select
        named.incident_id,
        unnest(named.team_ids) as identifier
    from {{ ref('stg_incident_io__incidents') }} as named
    inner join incidents on named.incident_id = incidents.incident_id
),

team_identifiers as (
    select * from {{ ref('int_team_identifiers') }}
)

select
    team_ids.incident_id,
    team_ids.identifier
from team_ids
left join team_identifiers on team_ids.identifier = team_identifiers.identifier
where team_identifiers.identifier is null
