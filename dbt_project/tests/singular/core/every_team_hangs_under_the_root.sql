-- A failing row is a team that the hierarchy does not reach from the root, because its parent is unknown or its ancestors form
-- a circle. The validation of the seeds refuses both; this catches tables that reached the warehouse another way.
with

teams as (
    select
        team_id,
        parent_team_id
    from {{ ref('int_teams') }}
),

reached as (
    select team_id from {{ ref('dim_teams') }}
)

select teams.*
from teams
left join reached on teams.team_id = reached.team_id
where reached.team_id is null
