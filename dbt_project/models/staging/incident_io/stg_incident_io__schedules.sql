-- One row per on-call schedule. Its rotations, and who is on duty when it was read, stay JSON.
with

schedules as (
    select * from {{ source('raw_incident_io', 'schedules') }}
)

select
    id as schedule_id,
    {{ json_text_list('team_ids') }} as team_ids,

    name as schedule_name,
    timezone,
    permalink,
    {{ json_text_list(json_value('holidays_public_config', '$.country_codes')) }} as holiday_country_codes,

    annotations,
    config,
    current_shifts,

    created_at,
    updated_at,
    deleted_at
from schedules
