-- One row per incident and team in whose subtree a credited team lies, once however many of them: the sum of their
-- weights. Which teams lie in a subtree is the chart's of today or of the day of the incident, by the variable
-- hierarchy_mode.
{{ config(meta={'rows_of': 'incident'}) }}

with

credits as (
    select * from {{ ref('int_incident_team_credits') }}
),

incidents as (
    select
        incident_id,
        incident_key,
        occurred_at
    from {{ ref('int_incidents') }}
),

ancestors as (
    select * from {{ ref('int_team_ancestors') }}
)

select
    incidents.incident_key,
    ancestors.ancestor_team_id,
    -- Summed as decimals: a sum of doubles depends on the order in which threads add them.
    sum(cast(credits.team_weight as decimal(38, 18))) as weight
from credits
inner join incidents on credits.incident_id = incidents.incident_id
inner join ancestors
    on
        credits.team_id = ancestors.team_id
        and (ancestors.held_from_at is null or incidents.occurred_at >= ancestors.held_from_at)
        and (ancestors.held_to_at is null or incidents.occurred_at < ancestors.held_to_at)
group by incidents.incident_key, ancestors.ancestor_team_id
