-- One row per incident: its credit, its part in the totals, and what tells whether incident.io changed it.
with

credits as (
    select
        incident_id,
        list(team_id order by team_id) as team_ids
    from marts.fct_incident_teams
    group by incident_id
)

select
    incidents.incident_id,
    incidents.reference,
    incidents.attribution_step,
    credits.team_ids,
    incidents.is_eligible,
    incidents.exclusion_reason,
    incidents.occurred_date,
    incidents.resolved_date,
    incidents.time_to_resolve_seconds,
    incidents.reopened_count,
    incidents.created_at,
    incidents.updated_at,
    incidents.deleted_at,
    incidents.mode,
    incidents.visibility,
    incidents.status_id,
    incidents.severity_id,
    incidents.incident_type_id
from marts.fct_incidents as incidents
left join credits on incidents.incident_id = credits.incident_id
