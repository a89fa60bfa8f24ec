-- One row per team: the root, the other teams of teams.csv, and the incident.io teams that no row stands for.
select
    team_id,
    team_name,
    parent_team_id,
    source
from {{ ref('int_declared_teams') }}

union all

select
    team_id,
    team_name,
    {{ root_team_id() }} as parent_team_id,
    'incident_io' as source
from {{ ref('int_team_links') }}
where not is_declared
