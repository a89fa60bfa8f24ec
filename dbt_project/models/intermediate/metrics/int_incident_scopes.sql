-- One row per incident that counts and scope it belongs to: the organisation, each credited team, each team above a
-- credited one (once, however many credited teams lie below it) and each person who took part.
-- is_counted is false for people who only reported: a report is counted as such and makes nobody part of an incident.
{{ incremental_by('incident_key') }}

with

incidents as (
    select
        incident_id,
        incident_key,
        occurred_at
    from {{ ref('int_incidents') }}
    where is_eligible
),

scopes as (
    select
        scope_key,
        scope_type,
        scope_id,
        rollup
    from {{ ref('int_scope_keys') }}
),

ancestors as (
    select * from {{ ref('int_team_ancestors') }}
),

-- Summed as decimals: a sum of doubles depends on the order in which threads add them.
credits as (
    select
        incidents.incident_key,
        incidents.occurred_at,
        credits.team_id,
        cast(credits.team_weight as decimal(38, 18)) as weight
    from {{ ref('int_incident_team_credits') }} as credits
    inner join incidents on credits.incident_id = incidents.incident_id
    where {{ only_changed('incident_id', 'credits.incident_id') }}
),

involvements as (
    select
        incidents.incident_key,
        involvements.person_id,
        involvements.is_led,
        involvements.is_involved,
        involvements.is_reported
    from {{ ref('int_person_involvements') }} as involvements
    inner join incidents on involvements.incident_key = incidents.incident_key
    where {{ only_changed('incident_key', 'involvements.incident_key') }}
),

organisation_members as (
    select
        incidents.incident_key,
        scopes.scope_key,
        cast(1 as decimal(38, 18)) as weight
    from incidents
    inner join scopes on scopes.scope_type = 'organisation'
),

direct_members as (
    select
        credits.incident_key,
        scopes.scope_key,
        credits.weight
    from credits
    inner join scopes
        on credits.team_id = scopes.scope_id and scopes.scope_type = 'team' and scopes.rollup = 'direct'
),

-- A subtree has an incident once, with the sum of the weights, however many credited teams lie in it. Which teams do is the
-- chart's of today or of the day of the incident, by the variable hierarchy_mode.
subtree_members as (
    select
        credits.incident_key,
        scopes.scope_key,
        sum(credits.weight) as weight
    from credits
    inner join ancestors
        on
            credits.team_id = ancestors.team_id
            and (ancestors.held_from_at is null or credits.occurred_at >= ancestors.held_from_at)
            and (ancestors.held_to_at is null or credits.occurred_at < ancestors.held_to_at)
    inner join scopes
        on
            ancestors.ancestor_team_id = scopes.scope_id
            and scopes.scope_type = 'team'
            and scopes.rollup = 'subtree'
    group by credits.incident_key, scopes.scope_key
),

team_members as (
    select * from organisation_members
    union all
    select * from direct_members
    union all
    select * from subtree_members
)

select
    incident_key,
    scope_key,
    weight,
    true as is_counted,
    cast(null as boolean) as is_led,
    cast(null as boolean) as is_involved,
    cast(null as boolean) as is_reported
from team_members

union all

select
    involvements.incident_key,
    scopes.scope_key,
    cast(null as decimal(38, 18)) as weight,
    involvements.is_led or involvements.is_involved as is_counted,
    involvements.is_led,
    involvements.is_involved,
    involvements.is_reported
from involvements
inner join scopes on involvements.person_id = scopes.scope_id and scopes.scope_type = 'person'
