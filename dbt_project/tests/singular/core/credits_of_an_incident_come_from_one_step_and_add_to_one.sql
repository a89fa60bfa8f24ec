-- A failing row is an incident whose credit is missing, split over steps, does not add to 1, or names a team that does not
-- exist. Every incident has credit, excluded ones too.
with

incidents as (
    select incident_id
    from {{ ref('fct_incidents') }}
    where {{ rows_to_check('fct_incidents', ['fct_incident_teams']) }}
),

credits as (
    select
        credits.*,
        teams.team_id as known_team_id
    from {{ ref('fct_incident_teams') }} as credits
    left join {{ ref('dim_teams') }} as teams on credits.team_id = teams.team_id
    where {{ rows_to_check('fct_incident_teams', ['fct_incidents']) }}
),

credits_per_incident as (
    select
        incident_id,
        count(*) as count_teams,
        count(known_team_id) as count_known_teams,
        count(distinct attribution_step) as count_steps,
        sum(cast(team_weight as decimal(38, 18))) as weight
    from credits
    group by incident_id
)

select
    incidents.incident_id,
    credits_per_incident.count_teams,
    credits_per_incident.count_known_teams,
    credits_per_incident.count_steps,
    credits_per_incident.weight
from incidents
full outer join credits_per_incident on incidents.incident_id = credits_per_incident.incident_id
where
    incidents.incident_id is null
    or credits_per_incident.incident_id is null
    or credits_per_incident.count_steps != 1
    or credits_per_incident.count_known_teams != credits_per_incident.count_teams
    or abs(credits_per_incident.weight - 1) > 0.000000001
