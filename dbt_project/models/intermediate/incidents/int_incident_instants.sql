-- One row per incident: the instants that every duration and every period is measured from.
{{ incremental_by('incident_id') }}

with

incidents as (
    select
        incident_id,
        incident_key,
        mode = 'retrospective' as is_retrospective,
        created_at
    from {{ ref('int_incidents_classified') }}
),

role_instants as (
    select * from {{ ref('int_incident_role_instants') }}
),

reopens as (
    select * from {{ ref('int_incident_reopens') }}
),

recorded as (
    select
        incidents.incident_id,
        incidents.incident_key,
        incidents.is_retrospective,
        incidents.created_at,
        role_instants.declared_at,
        role_instants.reported_at,
        role_instants.acknowledged_at,
        role_instants.impact_started_at,
        role_instants.mitigated_at,
        coalesce(
            role_instants.resolved_at, role_instants.closed_at, reopens.first_resolved_entry_at
        ) as recorded_resolved_at,
        reopens.first_resolved_entry_at,
        reopens.last_reopened_at,
        reopens.resolved_after_last_reopen_at,
        coalesce(reopens.reopened_count, 0) as reopened_count
    from incidents
    left join role_instants on incidents.incident_id = role_instants.incident_id
    left join reopens on incidents.incident_key = reopens.incident_key
)

select
    incident_id,
    incident_key,
    case
        when is_retrospective then coalesce(impact_started_at, reported_at, declared_at, created_at)
        else coalesce(declared_at, reported_at, created_at)
    end as occurred_at,
    -- Nobody acknowledged a retrospective incident while it happened, whatever was typed in afterwards.
    case when not is_retrospective then acknowledged_at end as acknowledged_at,
    impact_started_at,
    mitigated_at,
    -- A timestamp after the last reopen was corrected by somebody and holds; an earlier one is of the resolution
    -- that the reopen undid.
    case
        when reopened_count = 0 or recorded_resolved_at > last_reopened_at then recorded_resolved_at
        else resolved_after_last_reopen_at
    end as resolved_at,
    coalesce(first_resolved_entry_at, recorded_resolved_at) as first_resolved_at,
    reopened_count
from recorded
