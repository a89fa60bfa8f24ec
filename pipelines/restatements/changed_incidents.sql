-- One row per incident whose credit or whose part in the totals differs, with both states. An incident credited to a team that
-- moved in the hierarchy is among them.
with

incidents_of_moved_teams as (
    select distinct credits.incident_id
    from warehouse.marts.fct_incident_teams as credits
    inner join warehouse.marts.dim_teams as new_teams on credits.team_id = new_teams.team_id
    inner join published.marts.dim_teams as old_teams on credits.team_id = old_teams.team_id
    where new_teams.path is distinct from old_teams.path
),

paired as (
    select
        coalesce(new_incidents.incident_id, old_incidents.incident_id) as incident_id,
        coalesce(new_incidents.reference, old_incidents.reference) as reference,
        old_incidents.incident_id is not null as was_known,
        new_incidents.incident_id is not null as is_known,
        old_incidents.attribution_step as old_step,
        new_incidents.attribution_step as new_step,
        old_incidents.team_ids as old_team_ids,
        new_incidents.team_ids as new_team_ids,
        coalesce(old_incidents.is_eligible, false) as was_eligible,
        coalesce(new_incidents.is_eligible, false) as is_eligible,
        old_incidents.occurred_date as old_occurred_date,
        new_incidents.occurred_date as new_occurred_date,
        old_incidents.resolved_date as old_resolved_date,
        new_incidents.resolved_date as new_resolved_date,
        old_incidents.time_to_resolve_seconds as old_seconds,
        new_incidents.time_to_resolve_seconds as new_seconds,
        (new_incidents.exclusion_reason = 'deleted' and coalesce(old_incidents.exclusion_reason, '') <> 'deleted')
            as is_newly_deleted,
        new_incidents.reopened_count > old_incidents.reopened_count as is_newly_reopened,
        (
            old_incidents.created_at is distinct from new_incidents.created_at
            or old_incidents.updated_at is distinct from new_incidents.updated_at
            or old_incidents.deleted_at is distinct from new_incidents.deleted_at
            or old_incidents.mode is distinct from new_incidents.mode
            or old_incidents.visibility is distinct from new_incidents.visibility
            or old_incidents.status_id is distinct from new_incidents.status_id
            or old_incidents.severity_id is distinct from new_incidents.severity_id
            or old_incidents.incident_type_id is distinct from new_incidents.incident_type_id
        ) as is_updated
    from old_incidents
    full outer join new_incidents on old_incidents.incident_id = new_incidents.incident_id
),

judged as (
    select
        paired.*,
        -- An incident that nobody published yet had no credit that could change.
        (
            paired.was_known
            and (
                paired.old_step is distinct from paired.new_step
                or paired.old_team_ids is distinct from paired.new_team_ids
            )
        ) as is_credit_changed,
        (
            paired.was_eligible <> paired.is_eligible
            or (
                paired.is_eligible
                and (
                    paired.old_occurred_date is distinct from paired.new_occurred_date
                    or paired.old_resolved_date is distinct from paired.new_resolved_date
                    or paired.old_seconds is distinct from paired.new_seconds
                )
            )
        ) as is_state_changed,
        (paired.old_occurred_date is distinct from paired.new_occurred_date) as is_day_moved,
        incidents_of_moved_teams.incident_id is not null as has_moved_team
    from paired
    left join incidents_of_moved_teams on paired.incident_id = incidents_of_moved_teams.incident_id
)

select *
from judged
where is_credit_changed or is_state_changed or has_moved_team
