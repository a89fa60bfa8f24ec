-- One row per scope and roll-up that metrics are published for.
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
),

scopes as (
    select
        'organisation' as scope_type,
        team_id as scope_id,
        'direct' as rollup,
        team_name as scope_name,
        cast(null as date) as first_active_date
    from teams
    where is_root

    union all

    select
        'team' as scope_type,
        teams.team_id as scope_id,
        rollups.rollup,
        teams.team_name as scope_name,
        cast(null as date) as first_active_date
    from teams
    cross join (values ('direct'), ('subtree')) as rollups (rollup)

    union all

    select
        'person' as scope_type,
        active_people.person_id as scope_id,
        'direct' as rollup,
        coalesce(people.name, active_people.person_id) as scope_name,
        active_people.first_active_date
    from active_people
    left join people on active_people.person_id = people.person_id
)

select
    scope_keys.scope_key,
    scopes.scope_type,
    scopes.scope_id,
    scopes.rollup,
    scopes.scope_name,
    scopes.first_active_date
from scopes
inner join scope_keys
    on
        scopes.scope_type = scope_keys.scope_type
        and scopes.scope_id = scope_keys.scope_id
        and scopes.rollup = scope_keys.rollup
