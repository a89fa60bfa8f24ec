-- One row per changed incident and scope that counts it when it is eligible. The organisation is one, whatever its id.
with

credits as (
    select
        credits.incident_id,
        credits.team_id
    from marts.fct_incident_teams as credits
    inner join changed_incidents on credits.incident_id = changed_incidents.incident_id
)

select
    incident_id,
    'organisation' as scope_type,
    '' as scope_id,
    'direct' as rollup
from changed_incidents

union all

select
    incident_id,
    'team' as scope_type,
    team_id as scope_id,
    'direct' as rollup
from credits

union all

select distinct
    credits.incident_id,
    'team' as scope_type,
    unnest(teams.path) as scope_id,
    'subtree' as rollup
from credits
inner join marts.dim_teams as teams on credits.team_id = teams.team_id
