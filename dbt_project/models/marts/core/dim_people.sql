-- One row per person: users of the account and people that only incidents or follow-ups still name.
select
    person_id,
    coalesce(person_name, email, person_id) as name,
    email,
    is_active,
    is_in_account
from {{ ref('int_people') }}
order by person_id
