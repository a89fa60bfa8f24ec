-- One row per incident that counts and value of a mapped custom field that leads to no team. Free text of private incidents
-- stays out.
{{ config(materialized='table') }}

with

field_values as (
    select * from {{ ref('int_incident_field_values') }}
),

mapped_values as (
    select * from {{ ref('int_mapped_field_values') }}
),

value_teams as (
    select * from {{ ref('int_field_value_teams') }}
),

incidents as (
    select
        incident_id,
        is_private,
        occurred_at
    from {{ ref('int_incidents') }}
    where is_eligible
),

unmapped_values as (
    select mapped_values.*
    from mapped_values
    left join value_teams
        on
            mapped_values.custom_field_id = value_teams.custom_field_id
            and mapped_values.option_id is not distinct from value_teams.option_id
            and mapped_values.catalog_entry_id is not distinct from value_teams.catalog_entry_id
            and mapped_values.external_id is not distinct from value_teams.external_id
            and mapped_values.field_value is not distinct from value_teams.field_value
    where value_teams.team_id is null and mapped_values.field_value is not null
)

select distinct
    incidents.incident_id,
    incidents.occurred_at,
    field_values.custom_field_name as custom_field,
    unmapped_values.field_value,
    unmapped_values.field_value_key,
    field_values.value_kind in ('text', 'link') as is_free_text
from field_values
inner join unmapped_values
    on
        field_values.custom_field_id = unmapped_values.custom_field_id
        and field_values.option_id is not distinct from unmapped_values.option_id
        and field_values.catalog_entry_id is not distinct from unmapped_values.catalog_entry_id
        and field_values.external_id is not distinct from unmapped_values.external_id
        and field_values.field_value is not distinct from unmapped_values.field_value
inner join incidents on field_values.incident_id = incidents.incident_id
where not (incidents.is_private and field_values.value_kind in ('text', 'link'))
