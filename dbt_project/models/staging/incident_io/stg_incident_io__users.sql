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

    -- A user the account has deleted is not active, whatever it said last; the row stays because incidents name it.
    is_active and deleted_at is null as is_active,

    deleted_at
from users
