-- One row per scope and roll-up that always has the same incidents as another one, its twin: durations and dimensions, which no
-- weight enters, are computed for the twin alone and published for both. The subtree of the root team is the organisation, and
-- that of a team under which there never was another one is the team itself.
{{ config(materialized='table') }}

with

scopes as (
    select * from {{ ref('int_scope_keys') }}
    where scope_type <> 'person'
),

teams_above_others as (
    select distinct ancestor_team_id as team_id
    from {{ ref('int_team_ancestors') }}
    where team_id <> ancestor_team_id
)

select
    subtrees.scope_key,
    twins.scope_key as twin_scope_key
from scopes as subtrees
inner join scopes as twins
    on
        subtrees.scope_id = twins.scope_id
        and twins.rollup = 'direct'
        and twins.scope_type = case when subtrees.scope_id = {{ root_team_id() }} then 'organisation' else 'team' end
left join teams_above_others on subtrees.scope_id = teams_above_others.team_id
where
    subtrees.rollup = 'subtree'
    and (subtrees.scope_id = {{ root_team_id() }} or teams_above_others.team_id is null)
