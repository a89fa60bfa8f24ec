-- One row per value of a mapped custom field that leads to no team: what to add to team_mapping.csv, busiest first.
with

unmapped_values as (
    select * from {{ ref('int_unmapped_values') }}
),

personal_texts as (
    select * from {{ ref('int_personal_texts') }}
),

-- With pii_mode hashed a free text shows as its pseudonym: that there is a value to map remains to be seen.
publishable as (
    select
        unmapped_values.incident_id,
        unmapped_values.custom_field,
        case
            when unmapped_values.is_free_text then {{ personal_text('unmapped_values.field_value') }}
            else {{ listed_text('unmapped_values.field_value') }}
        end as field_value,
        unmapped_values.field_value_key,
        unmapped_values.occurred_at
    from unmapped_values
    left join personal_texts on {{ personal_text_key('unmapped_values.field_value') }} = personal_texts.text_key
),

counted as (
    select
        custom_field,
        field_value,
        min(field_value_key) as field_value_key,
        count(distinct incident_id) as count_incidents,
        max(occurred_at) as last_seen_at
    from publishable
    group by custom_field, field_value
),

-- A suggestion is only helpful where there is no choice.
suggestions as (
    select
        {{ fold_text('team_name') }} as team_name_key,
        min(team_id) as team_id
    from {{ ref('dim_teams') }}
    where is_active
    group by {{ fold_text('team_name') }}
    having count(*) = 1
)

select
    counted.custom_field,
    counted.field_value,
    counted.count_incidents,
    counted.last_seen_at,
    suggestions.team_id as suggested_team_id
from counted
left join suggestions on counted.field_value_key = suggestions.team_name_key
order by counted.count_incidents desc, counted.custom_field asc, counted.field_value asc
