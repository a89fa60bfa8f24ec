-- One row per incident that occurred by the instant of the run, excluded ones too: what the trust metrics count.
{{ incremental_by('incident_id') }}

with

incidents as (
    select
        incident_id,
        is_eligible,
        exclusion_reason,
        duration_status,
        {{ local_date('occurred_at') }} as local_date
    from {{ ref('int_incidents') }}
    where occurred_at <= {{ as_of() }}
),

attribution as (
    select
        incident_id,
        attribution_step
    from {{ ref('int_incident_attribution') }}
),

-- One assumed ownership among the winners is enough: the credit would be another if the assumption failed.
assumptions as (
    select distinct
        candidates.incident_id,
        candidates.attribution_step
    from {{ ref('int_attribution_candidates') }} as candidates
    where candidates.ownership_assumed and not candidates.is_outranked
)

select
    incidents.incident_id,
    incidents.local_date,
    incidents.is_eligible,
    incidents.exclusion_reason,
    incidents.duration_status,
    attribution.attribution_step,
    assumptions.incident_id is not null as is_ownership_assumed
from incidents
left join attribution on incidents.incident_id = attribution.incident_id
left join assumptions
    on
        incidents.incident_id = assumptions.incident_id
        and attribution.attribution_step = assumptions.attribution_step
