-- One row per team but the root and span of time in which another team was above it: with hierarchy_mode as_of what the runs
-- saw, the first of it since ever; with hierarchy_mode current today's chart at all times.
{%- set mode = var('hierarchy_mode') %}
{%- if mode not in ['current', 'as_of'] %}
    {{ exceptions.raise_compiler_error("Variable hierarchy_mode is '" ~ mode ~ "': set it to 'current' or 'as_of'.") }}
{%- endif %}
with

teams as (
    select * from {{ ref('int_teams') }}
    where parent_team_id is not null
),

parents_seen as (
    select
        team_id,
        parent_team_id,
        dbt_valid_from as seen_from,
        dbt_valid_to as seen_to,
        min(dbt_valid_from) over (partition by team_id) as first_seen_from
    from {{ ref('team_parents_seen') }}
    where {{ is_kept_observation() if mode == 'as_of' else 'false' }}
)

select
    team_id,
    parent_team_id,
    case when seen_from > first_seen_from then seen_from end as held_from_at,
    seen_to as held_to_at
from parents_seen

union all

select
    teams.team_id,
    teams.parent_team_id,
    cast(null as timestamp with time zone) as held_from_at,
    cast(null as timestamp with time zone) as held_to_at
from teams
left join parents_seen on teams.team_id = parents_seen.team_id
where parents_seen.team_id is null
