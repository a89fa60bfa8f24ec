-- One row per scope and roll-up that there is or was: a small number that stands for it, so that millions of memberships need not
-- carry texts. It outlives the build, and is published nowhere. A person is a scope from the first involvement on, also one in an
-- incident that is dated after the instant of the run.
{{ append_only('scope_key') }}

with

teams as (
    select
        team_id,
        is_root
    from {{ ref('dim_teams') }}
),

people as (
    select distinct person_id
    from {{ ref('int_person_involvements') }}
),

scopes as (
    select
        'organisation' as scope_type,
        team_id as scope_id,
        'direct' as rollup
    from teams
    where is_root

    union all

    select
        'team' as scope_type,
        teams.team_id as scope_id,
        rollups.rollup
    from teams
    cross join (values ('direct'), ('subtree')) as rollups (rollup)

    union all

    select
        'person' as scope_type,
        person_id as scope_id,
        'direct' as rollup
    from people
)

select
    cast(row_number() over (order by scope_type, scope_id, rollup) as integer) as scope_key,
    scope_type,
    scope_id,
    rollup
from scopes
where {{ only_new('scopes', ['scope_type', 'scope_id', 'rollup']) }}
