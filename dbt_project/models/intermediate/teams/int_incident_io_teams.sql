-- One row per team known to incident.io, ended ones too: every row of the teams endpoint, and every entry of the team
-- catalog type that no such row stands for.
with

teams as (
    select * from {{ ref('stg_incident_io__teams') }}
),

team_entries as (
    select * from {{ ref('int_team_catalog_entries') }}
),

listed as (
    select
        teams.incident_io_team_id,
        coalesce(teams.catalog_entry_id, own_entries.catalog_entry_id) as catalog_entry_id,
        coalesce(linked_entries.external_id, own_entries.external_id, teams.external_id) as external_id,
        teams.team_name,
        -- The catalog says when a team ended, a sweep only when it was missed.
        coalesce(
            case when teams.catalog_entry_id is null then own_entries.archived_at else linked_entries.archived_at end,
            teams.deleted_at
        ) as ended_at
    from teams
    left join team_entries as linked_entries on teams.catalog_entry_id = linked_entries.catalog_entry_id
    -- Teams and their entries look to have the same id; nothing guarantees it.
    left join team_entries as own_entries on teams.incident_io_team_id = own_entries.catalog_entry_id
),

listed_ids as (
    select incident_io_team_id as listed_id from teams
    union distinct
    select catalog_entry_id as listed_id from teams
    where catalog_entry_id is not null
),

only_in_catalog as (
    select
        team_entries.catalog_entry_id as incident_io_team_id,
        team_entries.catalog_entry_id,
        team_entries.external_id,
        team_entries.catalog_entry_name as team_name,
        coalesce(team_entries.archived_at, team_entries.deleted_at) as ended_at
    from team_entries
    left join listed_ids on team_entries.catalog_entry_id = listed_ids.listed_id
    where listed_ids.listed_id is null
),

all_teams as (
    select * from listed
    union all
    select * from only_in_catalog
)

select
    incident_io_team_id,
    catalog_entry_id,
    external_id,
    team_name,
    case when ended_at <= {{ as_of() }} then ended_at end as ended_at
from all_teams
