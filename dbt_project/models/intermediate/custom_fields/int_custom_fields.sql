-- One row per custom field: its definition, or, where the definition is gone or may not be read, what incidents embed.
{{ config(materialized='table') }}

with

definitions as (
    select * from {{ ref('stg_incident_io__custom_fields') }}
),

embedded as (
    select
        custom_field_id,
        max(embedded_field_name) as custom_field_name,
        max(embedded_field_type) as field_type
    from {{ ref('int_incident_field_entries') }}
    group by custom_field_id
),

custom_fields as (
    select
        coalesce(definitions.custom_field_id, embedded.custom_field_id) as custom_field_id,
        coalesce(definitions.custom_field_name, embedded.custom_field_name) as custom_field_name,
        coalesce(definitions.field_type, embedded.field_type) as field_type,
        definitions.catalog_type_id
    from definitions
    full outer join embedded on definitions.custom_field_id = embedded.custom_field_id
)

select
    *,
    {{ fold_text('custom_field_name') }} as custom_field_name_key
from custom_fields
