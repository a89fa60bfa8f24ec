-- One row per incident, value of a mapped field and team it stands for. Among the fields that yield a team only the lowest
-- priority number counts; the others stay as outranked evidence.
{{ config(meta={'rows_of': 'incident'}) }}

with

field_values as (
    select * from {{ ref('int_incident_field_values') }}
),

value_teams as (
    select * from {{ ref('int_field_value_teams') }}
),

matched as (
    select
        field_values.incident_id,
        field_values.custom_field_name as source_name,
        field_values.field_value as source_value,
        field_values.value_kind in ('text', 'link') as is_free_text,
        value_teams.team_id,
        value_teams.matched_by,
        value_teams.field_priority,
        value_teams.seed_line
    from field_values
    inner join value_teams
        on
            field_values.custom_field_id = value_teams.custom_field_id
            and field_values.option_id is not distinct from value_teams.option_id
            and field_values.catalog_entry_id is not distinct from value_teams.catalog_entry_id
            and field_values.external_id is not distinct from value_teams.external_id
            and field_values.field_value is not distinct from value_teams.field_value
)

select
    incident_id,
    team_id,
    source_name,
    source_value,
    is_free_text,
    matched_by,
    field_priority,
    case when field_priority > min(field_priority) over (partition by incident_id) then 'field_priority' end as outranked_by,
    case when seed_line is not null then 'team_mapping.csv' end as seed_file,
    seed_line,
    cast(null as date) as owned_from,
    cast(null as date) as owned_to,
    false as ownership_assumed
from matched
