-- One row per person: users of the account, and people that only incidents or follow-ups name because the account has
-- forgotten them or the key may not list users.
with

users as (
    select * from {{ ref('stg_incident_io__users') }}
),

mentions as (
    select
        person_id,
        person_name,
        email
    from {{ ref('int_incident_role_holders') }}

    union all

    select
        person_id,
        person_name,
        email
    from {{ ref('stg_incident_io__incident_participants') }}
    where deleted_at is null

    union all

    select
        assignee_person_id as person_id,
        assignee_name as person_name,
        assignee_email as email
    from {{ ref('stg_incident_io__follow_ups') }}
    where assignee_person_id is not null
),

only_mentioned as (
    select
        mentions.person_id,
        max(mentions.person_name) as person_name,
        max(mentions.email) as email
    from mentions
    left join users on mentions.person_id = users.person_id
    where users.person_id is null
    group by mentions.person_id
)

select
    person_id,
    person_name,
    email,
    is_active,
    deleted_at is null as is_in_account
from users

union all

select
    person_id,
    person_name,
    email,
    cast(null as boolean) as is_active,
    false as is_in_account
from only_mentioned
