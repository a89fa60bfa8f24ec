-- One row per custom field and value that an incident carries or that the account offers: what a row of team_mapping.csv can
-- name, and what it would move. Names of people stand as their pseudonyms where pii_mode hides them, as on incidents.
{%- set value_key = ['custom_field_id', 'option_id', 'catalog_entry_id', 'external_id', 'field_value'] %}
with

carried_values as (
    select * from {{ ref('int_field_value_counts') }}
),

personal_texts as (
    select * from {{ ref('int_personal_texts') }}
),

offered_values as (
    select
        offered.* exclude (field_value),
        {{ listed_text('offered.field_value') }} as field_value
    from {{ ref('int_offered_field_values') }} as offered
    left join personal_texts on {{ personal_text_key('offered.field_value') }} = personal_texts.text_key
    where offered.field_value is not null
),

custom_fields as (
    select * from {{ ref('int_custom_fields') }}
),

listed_value_teams as (
    select
        value_teams.* exclude (field_value),
        {{ listed_text('value_teams.field_value') }} as field_value
    from {{ ref('int_field_value_teams') }} as value_teams
    left join personal_texts on {{ personal_text_key('value_teams.field_value') }} = personal_texts.text_key
),

value_teams as (
    select
        {{ value_key | join(',\n        ') }},
        {{ distinct_list('team_id', 'team_id is not null') }} as team_ids
    from listed_value_teams
    group by {{ value_key | join(', ') }}
),

all_values as (
    select
        {{ value_key | join(',\n        ') }},
        false as is_offered,
        count_incidents,
        count_incidents_to_gain,
        last_seen_at
    from carried_values

    union all

    select
        {{ value_key | join(',\n        ') }},
        true as is_offered,
        0 as count_incidents,
        0 as count_incidents_to_gain,
        null as last_seen_at
    from offered_values
),

counted as (
    select
        {{ value_key | join(',\n        ') }},
        bool_or(is_offered) as is_offered,
        cast(sum(count_incidents) as bigint) as count_incidents,
        cast(sum(count_incidents_to_gain) as bigint) as count_incidents_to_gain,
        max(last_seen_at) as last_seen_at
    from all_values
    group by {{ value_key | join(', ') }}
)

select
    counted.custom_field_id,
    custom_fields.custom_field_name,
    counted.option_id,
    counted.catalog_entry_id,
    counted.external_id,
    counted.field_value,
    {{ fold_text('counted.field_value') }} as field_value_key,
    counted.is_offered,
    counted.count_incidents,
    counted.count_incidents_to_gain,
    counted.last_seen_at,
    value_teams.team_ids
from counted
inner join custom_fields on counted.custom_field_id = custom_fields.custom_field_id
left join value_teams
    on
        counted.custom_field_id = value_teams.custom_field_id
        {% for column in value_key[1:] %}
            and counted.{{ column }} is not distinct from value_teams.{{ column }}
        {% endfor %}
order by counted.custom_field_id, counted.field_value, counted.option_id, counted.catalog_entry_id, counted.external_id
