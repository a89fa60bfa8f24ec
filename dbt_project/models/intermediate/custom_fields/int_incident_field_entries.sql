-- One row per incident, custom field and value, with the names embedded in the incident. The only model that reads the
-- JSON of the custom fields, and a table for that reason. Fields without a value have no row.
{{ incremental_by('incident_id') }}

with

entries as (
    select
        incident_id,
        {{ json_elements('custom_field_entries', field_entry_structure()) }} as entry
    from {{ ref('stg_incident_io__incidents') }}
),

numbered_values as (
    select
        incident_id,
        entry.custom_field,
        unnest(entry.values) as entry_value,
        generate_subscripts(entry.values, 1) as value_number
    from entries
)

select
    incident_id,
    custom_field.id as custom_field_id,
    custom_field.name as embedded_field_name,
    custom_field.field_type as embedded_field_type,
    cast(value_number as integer) as value_number,
    case
        when entry_value.value_option.id is not null then 'option'
        when entry_value.value_catalog_entry.id is not null then 'catalog_entry'
        when entry_value.value_text is not null then 'text'
        when entry_value.value_link is not null then 'link'
        when entry_value.value_numeric is not null then 'numeric'
    end as value_kind,
    entry_value.value_option.id as option_id,
    entry_value.value_catalog_entry.id as catalog_entry_id,
    entry_value.value_catalog_entry.external_id as embedded_external_id,
    coalesce(
        entry_value.value_option.value,
        entry_value.value_catalog_entry.name,
        entry_value.value_text,
        entry_value.value_link,
        entry_value.value_numeric
    ) as embedded_value
from numbered_values
