-- One row per incident, step of the chain, candidate team and source that speaks for it: why this team, and why not that one.
{{ incremental_by('incident_id') }}

with

candidates as (
    select * from {{ ref('int_attribution_candidates') }}
),

attribution as (
    select
        incident_id,
        attribution_step as winning_step
    from {{ ref('int_incident_attribution') }}
),

incidents as (
    select
        incident_id,
        reference,
        is_private
    from {{ ref('int_incidents') }}
),

personal_texts as (
    select * from {{ ref('int_personal_texts') }}
)

select
    candidates.incident_id,
    cast(row_number() over (
        partition by candidates.incident_id
        order by
            candidates.step_priority,
            candidates.field_priority,
            candidates.source_name,
            candidates.source_value,
            candidates.team_id,
            candidates.seed_file,
            candidates.seed_line,
            candidates.owned_from,
            candidates.owned_to,
            candidates.matched_by,
            candidates.outranked_by
    ) as integer) as evidence_number,
    incidents.reference,
    candidates.attribution_step,
    candidates.step_priority,
    candidates.team_id,
    candidates.attribution_step = attribution.winning_step and not candidates.is_outranked as is_winner,
    candidates.outranked_by,
    candidates.source_name,
    case
        when not ((incidents.is_private or {{ is_pii_hashed() }}) and candidates.is_free_text)
            then {{ listed_text('candidates.source_value') }}
    end as source_value,
    candidates.matched_by,
    candidates.field_priority,
    candidates.seed_file,
    candidates.seed_line,
    candidates.owned_from,
    candidates.owned_to,
    candidates.ownership_assumed
from candidates
inner join attribution on candidates.incident_id = attribution.incident_id
inner join incidents on candidates.incident_id = incidents.incident_id
left join personal_texts on {{ personal_text_key('candidates.source_value') }} = personal_texts.text_key
