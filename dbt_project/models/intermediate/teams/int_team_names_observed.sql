-- One row per incident.io team, with the name and external id it has in this run. Snapshot team_names_seen keeps what
-- changes, so that a row of teams.csv still finds a team that was renamed.
select
    incident_io_team_id,
    team_name,
    external_id,
    {{ as_of() }} as observed_at
from {{ ref('int_incident_io_teams') }}
where {{ is_latest_run() }}
