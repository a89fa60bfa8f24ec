-- A failing row is a private incident of which the published tables tell more than the counts: its title, its people, its free
-- text, or the titles of its follow-ups.
with

private_incidents as (
    select
        incident_id,
        name
    from {{ ref('fct_incidents') }}
    where is_private and {{ rows_to_check('fct_incidents', ['fct_incident_people', 'fct_incident_custom_fields', 'fct_follow_ups']) }}
),

leaks as (
    select
        incident_id,
        'fct_incidents' as leaking_table
    from private_incidents
    where name != 'Private incident'

    union all

    select
        incident_id,
        'fct_incident_people' as leaking_table
    from {{ ref('fct_incident_people') }}

    union all

    select
        incident_id,
        'fct_incident_custom_fields' as leaking_table
    from {{ ref('fct_incident_custom_fields') }}
    where value_kind in ('text', 'link') and field_value is not null

    union all

    select
        incident_id,
        'fct_follow_ups' as leaking_table
    from {{ ref('fct_follow_ups') }}
    where coalesce(title, person_id, external_issue_name, external_issue_permalink) is not null
)

select leaks.*
from leaks
inner join private_incidents on leaks.incident_id = private_incidents.incident_id
