-- One row per follow-up. Title, people and issue links of private incidents are masked, and so are those of incidents that the
-- key cannot see, which may well be private. With pii_mode hashed the texts that can name somebody are withheld from all: the
-- title, and the address of the issue, which repeats it in some trackers.
{{ incremental_by('incident_id') }}

with

follow_ups as (
    select * from {{ ref('int_follow_ups') }}
),

incidents as (
    select
        incident_id,
        reference,
        is_private,
        is_eligible
    from {{ ref('int_incidents') }}
),

team_identifiers as (
    select * from {{ ref('int_team_identifiers') }}
),

joined as (
    select
        follow_ups.*,
        incidents.reference,
        coalesce(incidents.is_private, true) as is_masked,
        coalesce(incidents.is_eligible, false) as is_incident_eligible,
        team_identifiers.team_id
    from follow_ups
    left join incidents on follow_ups.incident_id = incidents.incident_id
    left join team_identifiers on follow_ups.assignee_team_id = team_identifiers.identifier
)

select
    follow_up_id,
    incident_id,
    reference,
    incident_mode,
    case when not is_masked then {{ free_text('title') }} end as title,
    status,
    case when not is_masked then assignee_person_id end as person_id,
    team_id,
    priority_name,
    priority_rank,
    category_name,
    case when not is_masked then external_issue_provider end as external_issue_provider,
    case when not is_masked then external_issue_name end as external_issue_name,
    case when not is_masked then {{ free_text('external_issue_permalink') }} end as external_issue_permalink,
    is_masked,
    is_incident_eligible,
    created_at,
    completed_at,
    updated_at,
    deleted_at,
    time_to_complete_seconds,
    is_counted,
    is_completed_within_30_days
from joined
