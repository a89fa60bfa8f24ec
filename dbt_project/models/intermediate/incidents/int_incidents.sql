-- One row per incident, excluded ones too: everything the marts say about an incident itself.
-- Names are unmasked here; masking what is private is the work of the marts.
{{ incremental_by('incident_id') }}

with

incidents as (
    select * from {{ ref('int_incidents_classified') }}
),

eligibility as (
    select * from {{ ref('int_incident_eligibility') }}
),

merged_incidents as (
    select * from {{ ref('int_incident_merges') }}
),

instants as (
    select * from {{ ref('int_incident_instants') }}
),

durations as (
    select * from {{ ref('int_incident_durations') }}
)

select
    incidents.incident_id,
    incidents.incident_key,
    incidents.reference,
    incidents.name,
    incidents.permalink,
    incidents.mode,
    incidents.visibility,
    incidents.is_private,
    incidents.status_id,
    incidents.status_name,
    incidents.status_category,
    incidents.status_class,
    incidents.severity_id,
    incidents.severity_name,
    incidents.severity_rank,
    incidents.incident_type_id,
    incidents.incident_type,
    incidents.created_at,
    incidents.updated_at,
    incidents.deleted_at,
    merged_incidents.merged_into_incident_id,
    eligibility.exclusion_reason is null as is_eligible,
    eligibility.exclusion_reason,
    instants.occurred_at,
    instants.acknowledged_at,
    instants.impact_started_at,
    instants.mitigated_at,
    instants.resolved_at,
    instants.first_resolved_at,
    instants.reopened_count,
    durations.paused_seconds,
    durations.time_to_resolve_seconds,
    durations.time_to_recover_seconds,
    durations.time_to_acknowledge_seconds,
    durations.time_to_mitigate_seconds,
    durations.impact_duration_seconds,
    durations.time_to_resolve_active_seconds,
    durations.duration_status,
    incidents.workload_minutes_total,
    incidents.workload_minutes_working,
    incidents.workload_minutes_late,
    incidents.workload_minutes_sleeping
from incidents
inner join eligibility on incidents.incident_id = eligibility.incident_id
inner join instants on incidents.incident_id = instants.incident_id
inner join durations on incidents.incident_id = durations.incident_id
left join merged_incidents on incidents.incident_id = merged_incidents.incident_id
