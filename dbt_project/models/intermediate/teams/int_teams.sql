-- One row per team: the root, the other teams of teams.csv, and the incident.io teams that no row stands for. A team
-- whose parent is unknown, or would be its own ancestor, hangs under the root.
with

declared_teams as (
    select * from {{ ref('int_declared_teams') }}
),

team_links as (
    select * from {{ ref('int_team_links') }}
),

account_parents as (
    select * from {{ ref('int_team_account_parents') }}
    where not is_in_circle
),

-- A declared team has ended when every team of incident.io that it stands for has.
ends_of_declared_teams as (
    select
        team_id,
        case when bool_and(ended_at is not null) then max(ended_at) end as ended_at
    from team_links
    where is_declared and team_id != {{ root_team_id() }}
    group by team_id
)

select
    declared_teams.team_id,
    declared_teams.team_name,
    declared_teams.parent_team_id,
    declared_teams.source,
    ends_of_declared_teams.ended_at
from declared_teams
left join ends_of_declared_teams on declared_teams.team_id = ends_of_declared_teams.team_id

union all

select
    team_links.team_id,
    team_links.team_name,
    coalesce(account_parents.parent_team_id, {{ root_team_id() }}) as parent_team_id,
    'incident_io' as source,
    team_links.ended_at
from team_links
left join account_parents on team_links.team_id = account_parents.team_id
where not team_links.is_declared
