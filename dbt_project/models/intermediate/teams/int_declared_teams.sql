-- One row per team of teams.csv, and the root team, which exists without a row as well. A team that stands for several
-- teams of incident.io has several rows there, which agree in name and parent.
with

declared as (
    select
        team_id,
        min_by(team_name, seed_line) as team_name,
        min_by(nullif(parent_team_id, ''), seed_line) as parent_team_id
    from {{ ref('teams') }}
    group by team_id
),

root as (
    select
        {{ root_team_id() }} as team_id,
        {{ root_team_name() }} as team_name
)

select
    team_id,
    team_name,
    -- The root has no parent, whatever its row says; a team without a parent hangs under the root.
    case
        when team_id != {{ root_team_id() }} then coalesce(parent_team_id, {{ root_team_id() }})
    end as parent_team_id,
    'seed' as source
from declared

union all

select
    root.team_id,
    root.team_name,
    cast(null as {{ dbt.type_string() }}) as parent_team_id,
    'system' as source
from root
left join declared on root.team_id = declared.team_id
where declared.team_id is null
