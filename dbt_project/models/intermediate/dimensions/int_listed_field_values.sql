-- One row per block of incidents, custom field and value on one of them that counts, of the values that are chosen from a list. An
-- option or entry without a text stands by its id, and a field without a name by its own.
{{ incremental_by('incident_block') }}

with

incidents as (
    select
        incident_id,
        {{ incident_block('incident_key') }} as incident_block
    from {{ ref('int_incidents') }}
    where is_eligible
),

field_values as (
    select * from {{ ref('int_incident_field_values') }}
    where value_kind in ('option', 'catalog_entry')
)

select distinct
    incidents.incident_block,
    field_values.custom_field_id,
    coalesce(field_values.custom_field_name, field_values.custom_field_id) as custom_field_name,
    coalesce(field_values.field_value, field_values.option_id, field_values.catalog_entry_id) as field_value
from field_values
inner join incidents on field_values.incident_id = incidents.incident_id
