-- One row per team, in today's hierarchy, ended teams included.
with recursive

teams as (
    select * from {{ ref('int_teams') }}
),

hierarchy as (
    select
        team_id,
        [team_id] as path
    from teams
    where parent_team_id is null

    union all

    select
        teams.team_id,
        list_append(hierarchy.path, teams.team_id) as path
    from teams
    inner join hierarchy on teams.parent_team_id = hierarchy.team_id
)

select
    teams.team_id,
    teams.team_name,
    teams.parent_team_id,
    cast(len(hierarchy.path) - 1 as integer) as depth,
    hierarchy.path,
    teams.parent_team_id is null as is_root,
    teams.source,
    teams.ended_at is null as is_active,
    teams.ended_at
from teams
inner join hierarchy on teams.team_id = hierarchy.team_id
order by teams.team_id
