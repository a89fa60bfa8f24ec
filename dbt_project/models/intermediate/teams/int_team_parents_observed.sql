-- One row per team but the root: the team above it in this run. Snapshot team_parents_seen keeps what changes, for the
-- chart of an earlier day.
select
    team_id,
    parent_team_id,
    {{ as_of() }} as observed_at
from {{ ref('int_teams') }}
where parent_team_id is not null and {{ is_latest_run() }}
