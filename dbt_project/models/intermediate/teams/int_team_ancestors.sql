-- One row per team and team above it, itself included: what a subtree figure of the ancestor adds up.
select
    team_id,
    unnest(path) as ancestor_team_id
from {{ ref('dim_teams') }}
