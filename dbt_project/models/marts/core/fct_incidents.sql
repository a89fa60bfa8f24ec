-- One row per incident, excluded ones too, with its instants, durations and the step that gave the credit. The name of a
-- private incident stays out of the published tables, and with pii_mode hashed every name, because it can name somebody.
{{ incremental_by('incident_id') }}

with

incidents as (
    select * from {{ ref('int_incidents') }}
),

attribution as (
    select * from {{ ref('int_incident_attribution') }}
)

select
    incidents.incident_id,
    incidents.reference,
    case
        when incidents.is_private then 'Private incident'
        else coalesce({{ free_text('incidents.name') }}, 'Title withheld')
    end as name,
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
    incidents.is_eligible,
    incidents.exclusion_reason,
    incidents.merged_into_incident_id,
    incidents.created_at,
    incidents.updated_at,
    incidents.deleted_at,
    incidents.occurred_at,
    incidents.acknowledged_at,
    incidents.impact_started_at,
    incidents.mitigated_at,
    incidents.resolved_at,
    incidents.first_resolved_at,
    {{ local_date('incidents.occurred_at') }} as occurred_date,
    {{ local_date('incidents.resolved_at') }} as resolved_date,
    incidents.reopened_count,
    incidents.paused_seconds,
    incidents.time_to_resolve_seconds,
    incidents.time_to_recover_seconds,
    incidents.time_to_acknowledge_seconds,
    incidents.time_to_mitigate_seconds,
    incidents.impact_duration_seconds,
    incidents.time_to_resolve_active_seconds,
    incidents.duration_status,
    incidents.workload_minutes_total,
    incidents.workload_minutes_working,
    incidents.workload_minutes_late,
    incidents.workload_minutes_sleeping,
    attribution.attribution_step,
    len(attribution.team_ids) as count_teams
from incidents
left join attribution on incidents.incident_id = attribution.incident_id
