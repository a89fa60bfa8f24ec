-- A failing row is a credited team without a winning row of evidence, or the reverse: `explain` would contradict the metrics.
with

credits as (
    select
        incident_id,
        team_id,
        attribution_step
    from {{ ref('fct_incident_teams') }}
    where {{ rows_to_check('fct_incident_teams', ['fct_attribution_evidence']) }}
),

winners as (
    select distinct
        incident_id,
        team_id,
        attribution_step
    from {{ ref('fct_attribution_evidence') }}
    where is_winner and {{ rows_to_check('fct_attribution_evidence', ['fct_incident_teams']) }}
)

select
    coalesce(credits.incident_id, winners.incident_id) as incident_id,
    coalesce(credits.team_id, winners.team_id) as team_id,
    credits.attribution_step as credited_step,
    winners.attribution_step as winning_step
from credits
full outer join winners
    on
        credits.incident_id = winners.incident_id
        and credits.team_id = winners.team_id
        and credits.attribution_step = winners.attribution_step
where credits.incident_id is null or winners.incident_id is null
