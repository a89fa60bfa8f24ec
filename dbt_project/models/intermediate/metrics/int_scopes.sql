-- One row per scope and roll-up that metrics are published for: of those that int_scope_keys knows the ones that there are today.
-- first_active_date: the local day of a person's first incident, where their periods begin; NULL for the organisation
-- and teams, which have every period. figures_key: the scope whose durations and dimensions these are, mostly itself.
{{ config(materialized='table') }}

with

incident_dates as (
    select
        incident_key,
        occurred_date
    from {{ ref('int_incident_dates') }}
    where occurred_date is not null
),

teams as (
    select
        team_id,
        team_name,
        is_root
    from {{ ref('dim_teams') }}
),

incident_scopes as (
    select
        incident_key,
        scope_key
    from {{ ref('int_incident_scopes') }}
),

scope_keys as (
    select
        scope_keys.*,
        coalesce(twins.twin_scope_key, scope_keys.scope_key) as figures_key
    from {{ ref('int_scope_keys') }} as scope_keys
    left join {{ ref('int_scope_twins') }} as twins on scope_keys.scope_key = twins.scope_key
),

people as (
    select
        person_id,
        name
    from {{ ref('dim_people') }}
),

first_days as (
    select
        incident_scopes.scope_key,
        min(incident_dates.occurred_date) as first_active_date
    from incident_scopes
    inner join incident_dates on incident_scopes.incident_key = incident_dates.incident_key
    group by incident_scopes.scope_key
)

select
    scope_keys.scope_key,
    scope_keys.scope_type,
    scope_keys.scope_id,
    scope_keys.rollup,
    scope_keys.figures_key,
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
    scope_keys.figures_key,
    coalesce(people.name, scope_keys.scope_id) as scope_name,
    first_days.first_active_date
from scope_keys
inner join first_days on scope_keys.scope_key = first_days.scope_key
left join people on scope_keys.scope_id = people.person_id
where scope_keys.scope_type = 'person'
