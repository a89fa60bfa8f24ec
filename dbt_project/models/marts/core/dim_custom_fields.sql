-- One row per custom field: how much it says about incidents, and whether it gives credit.
with

custom_fields as (
    select * from {{ ref('int_custom_fields') }}
),

mapped_fields as (
    select * from {{ ref('int_mapped_fields') }}
),

catalog_types as (
    select * from {{ ref('stg_incident_io__catalog_types') }}
),

values_of_fields as (
    select
        custom_field_id,
        count(*) filter (where count_incidents > 0) as count_values,
        count(*) filter (where is_offered) as count_offered_values,
        count(*) filter (where count_incidents > 0 and team_ids is null) as count_unmapped_values
    from {{ ref('dim_custom_field_values') }}
    group by custom_field_id
),

incidents_of_fields as (
    select
        custom_field_id,
        cast(sum(count_incidents) as bigint) as count_incidents
    from {{ ref('int_field_counts') }}
    group by custom_field_id
)

select
    custom_fields.custom_field_id,
    custom_fields.custom_field_name,
    custom_fields.custom_field_name_key,
    custom_fields.field_type,
    custom_fields.catalog_type_id,
    catalog_types.catalog_type_name,
    case
        when mapped_fields.custom_field_id is null then 'none'
        when mapped_fields.is_mapped_by_itself then 'auto'
        else 'seed'
    end as mapped_by,
    coalesce(values_of_fields.count_values, 0) as count_values,
    coalesce(values_of_fields.count_offered_values, 0) as count_offered_values,
    coalesce(values_of_fields.count_unmapped_values, 0) as count_unmapped_values,
    coalesce(incidents_of_fields.count_incidents, 0) as count_incidents
from custom_fields
left join mapped_fields on custom_fields.custom_field_id = mapped_fields.custom_field_id
left join catalog_types on custom_fields.catalog_type_id = catalog_types.catalog_type_id
left join values_of_fields on custom_fields.custom_field_id = values_of_fields.custom_field_id
left join incidents_of_fields on custom_fields.custom_field_id = incidents_of_fields.custom_field_id
order by custom_fields.custom_field_id
