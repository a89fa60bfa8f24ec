-- One row per follow-up.
{{ config(meta={'rows_of': 'incident'}) }}

with

follow_ups as (
    select * from {{ source('raw_incident_io', 'follow_ups') }}
)

select
    id as follow_up_id,
    incident_id,
    {{ json_text('assignee', '$.id') }} as assignee_person_id,
    {{ json_text('assignee_team', '$.id') }} as assignee_team_id,

    incident_mode,
    title,
    status,
    {{ json_text('assignee', '$.name') }} as assignee_name,
    {{ json_text('assignee', '$.email') }} as assignee_email,
    {{ json_text('assignee_team', '$.name') }} as assignee_team_name,
    {{ json_text('priority', '$.name') }} as priority_name,
    {{ json_text('category', '$.name') }} as category_name,
    {{ json_text('external_issue_reference', '$.provider') }} as external_issue_provider,
    {{ json_text('external_issue_reference', '$.issue_name') }} as external_issue_name,
    {{ json_text('external_issue_reference', '$.issue_permalink') }} as external_issue_permalink,

    {{ json_integer('priority', '$.rank') }} as priority_rank,

    completed_at,
    created_at,
    updated_at,
    deleted_at,
    _dlt_load_id as load_id
from follow_ups
