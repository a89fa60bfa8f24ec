-- One row per distinct value of a mapped field, with its folded text. Far fewer than the values on incidents, so that texts
-- are folded and matched once per value and not once per incident.
{{ config(materialized='table') }}

with

mapped_fields as (
    select * from {{ ref('int_mapped_fields') }}
),

field_values as (
    select * from {{ ref('int_incident_field_values') }}
),

distinct_values as (
    select distinct
        field_values.custom_field_id,
        mapped_fields.is_mapped_by_itself,
        field_values.option_id,
        field_values.catalog_entry_id,
        field_values.external_id,
        field_values.field_value
    from field_values
    inner join mapped_fields on field_values.custom_field_id = mapped_fields.custom_field_id
)

select
    *,
    {{ fold_text('field_value') }} as field_value_key
from distinct_values
