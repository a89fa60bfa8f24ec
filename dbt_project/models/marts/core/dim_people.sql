-- One row per person: users of the account and people that only incidents or follow-ups still name. With pii_mode hashed both
-- name and e-mail address are pseudonyms; the id says nothing about a person outside incident.io and stays what joins.
select
    person_id,
    coalesce({{ personal_text('person_name') }}, {{ personal_text('email') }}, person_id) as name,
    {{ personal_text('email') }} as email,
    is_active,
    is_in_account
from {{ ref('int_people') }}
order by person_id
