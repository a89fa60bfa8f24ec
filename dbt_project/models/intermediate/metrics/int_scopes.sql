-- One row per scope and roll-up that metrics are published for: of those that int_scope_keys knows the ones that there are today.
-- first_active_date: the local day of a person's first incident, where their periods begin; NULL for the organisation
-- and teams, which have every period.
{{ config(materialized='table') }}

with

incidents as (
    select
        incident_id,
        occurred_at
    from {{ ref('int_incidents') }}
    where occurred_at <= {{ as_of() }}
),

teams as (
    select
        team_id,
        team_name,
        is_root
    from {{ ref('dim_teams') }}
),

involvements as (
    select
        incident_id,
        person_id
    from {{ ref('int_person_involvements') }}
),

scope_keys as (
    select * from {{ ref('int_scope_keys') }}
),

people as (
    select
        person_id,
        name
    from {{ ref('dim_people') }}
),

active_people as (
    select
        involvements.person_id,
        min({{ local_date('incidents.occurred_at') }}) as first_active_date
    from involvements
    inner join incidents on involvements.incident_id = incidents.incident_id
    group by involvements.person_id
)

select
    scope_keys.scope_key,
    scope_keys.scope_type,
    scope_keys.scope_id,
    scope_keys.rollup,
    teams.team_name as scope_name,
    cast(null as date) as first_active_date
from scope_keys
inner join teams on scope_keys.scope_id = teams.team_id
where scope_keys.scope_type = 'team' or (scope_keys.scope_type = 'organisation' and teams.is_root)

union all

select
    scope_keys.scope_key,
    scope_keys.scope_type,
    scope_keys.scope_id,
    scope_keys.rollup,
    coalesce(people.name, active_people.person_id) as scope_name,
    active_people.first_active_date
from scope_keys
inner join active_people on scope_keys.scope_id = active_people.person_id
left join people on active_people.person_id = people.person_id
where scope_keys.scope_type = 'person'
