-- One row per incident and credited team, excluded incidents too.
{{ incremental_by('incident_id') }}

with

credits as (
    select * from {{ ref('int_incident_team_credits') }}
),

incidents as (
    select
        incident_id,
        reference
    from {{ ref('stg_incident_io__incidents') }}
)

select
    credits.incident_id,
    incidents.reference,
    credits.team_id,
    credits.attribution_step,
    credits.team_weight
from credits
inner join incidents on credits.incident_id = incidents.incident_id
