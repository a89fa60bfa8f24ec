-- One row per custom field that can give credit: named in team_mapping.csv, or backed by the team catalog type and mapped by
-- itself because no row names it.
with

custom_fields as (
    select * from {{ ref('int_custom_fields') }}
),

named_fields as (
    select distinct custom_field_id
    from {{ ref('int_field_mapping_rows') }}
),

team_types as (
    select catalog_type_id
    from {{ ref('stg_incident_io__catalog_types') }}
    where is_team_type
),

classified as (
    select
        custom_fields.custom_field_id,
        custom_fields.custom_field_name,
        named_fields.custom_field_id is not null as is_named,
        {{ 'team_types.catalog_type_id is not null' if var('auto_map_team_fields') else 'false' }} as is_team_field
    from custom_fields
    left join named_fields on custom_fields.custom_field_id = named_fields.custom_field_id
    left join team_types on custom_fields.catalog_type_id = team_types.catalog_type_id
)

select
    custom_field_id,
    custom_field_name,
    not is_named as is_mapped_by_itself
from classified
where is_named or is_team_field
