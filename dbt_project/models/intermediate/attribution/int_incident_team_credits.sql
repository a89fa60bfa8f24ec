-- One row per incident and credited team: every team of the winning step, in equal parts.
{{ incremental_by('incident_id') }}

select
    incident_id,
    unnest(team_ids) as team_id,
    attribution_step,
    cast(1 as double) / len(team_ids) as team_weight
from {{ ref('int_incident_attribution') }}
