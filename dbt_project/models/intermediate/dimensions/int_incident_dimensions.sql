-- One row per incident that counts and value of a dimension on it, however often the value was chosen.
{{ incremental_by('incident_key') }}

with

incidents as (
    select
        incident_id,
        incident_key
    from {{ ref('int_incidents') }}
    where is_eligible
),

field_values as (
    select * from {{ ref('int_incident_field_values') }}
),

dimensions as (
    select * from {{ ref('int_dimensions') }}
)

select distinct
    incidents.incident_key,
    dimensions.dimension_key
from field_values
inner join incidents on field_values.incident_id = incidents.incident_id
inner join dimensions
    on
        field_values.custom_field_id = dimensions.custom_field_id
        and coalesce(field_values.field_value, field_values.option_id, field_values.catalog_entry_id)
        = dimensions.field_value
