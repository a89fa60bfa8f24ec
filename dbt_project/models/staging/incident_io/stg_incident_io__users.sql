-- One row per user of the account, deactivated ones too.
with

users as (
    select * from {{ source('raw_incident_io', 'users') }}
)

select
    id as person_id,
    slack_user_id,

    name as person_name,
    email,
    {{ json_text('base_role', '$.name') }} as base_role_name,

    is_active,

    deleted_at
from users
