-- One row per custom field and row of team_mapping.csv that names it, by id or by name. Fields may share a name: a row that
-- gives the name maps them all.
with

team_mapping as (
    select
        custom_field,
        field_value,
        {{ fold_text('custom_field') }} as custom_field_name_key,
        {{ fold_text('field_value') }} as field_value_key,
        team_id,
        coalesce(field_priority, 1) as field_priority,
        seed_line
    from {{ ref('team_mapping') }}
),

custom_fields as (
    select * from {{ ref('int_custom_fields') }}
),

named_by_row as (
    select
        custom_fields.custom_field_id,
        team_mapping.seed_line
    from team_mapping
    inner join custom_fields on team_mapping.custom_field = custom_fields.custom_field_id

    union distinct

    select
        custom_fields.custom_field_id,
        team_mapping.seed_line
    from team_mapping
    inner join custom_fields on team_mapping.custom_field_name_key = custom_fields.custom_field_name_key
)

select
    named_by_row.custom_field_id,
    team_mapping.field_value,
    team_mapping.field_value_key,
    team_mapping.team_id,
    team_mapping.field_priority,
    team_mapping.seed_line
from named_by_row
inner join team_mapping on named_by_row.seed_line = team_mapping.seed_line
