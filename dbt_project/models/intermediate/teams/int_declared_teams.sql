-- One row per team of teams.csv, and the root team, which exists without a row as well.
with

declared as (
    select
        team_id,
        team_name,
        nullif(parent_team_id, '') as parent_team_id,
        nullif(incident_io_team, '') as incident_io_team
    from {{ ref('teams') }}
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
    incident_io_team,
    'seed' as source
from declared

union all

select
    root.team_id,
    root.team_name,
    cast(null as {{ dbt.type_string() }}) as parent_team_id,
    cast(null as {{ dbt.type_string() }}) as incident_io_team,
    'system' as source
from root
left join declared on root.team_id = declared.team_id
where declared.team_id is null
