-- One row per incident, custom field and value: the dimensions to slice incidents by. Free text of private incidents is
-- masked, because it is where their story is told; with pii_mode hashed all free text, because it can name somebody.
{{ incremental_by('incident_id') }}

with

field_values as (
    select * from {{ ref('int_incident_field_values') }}
),

incidents as (
    select
        incident_id,
        reference,
        is_private
    from {{ ref('int_incidents') }}
),

personal_texts as (
    select * from {{ ref('int_personal_texts') }}
),

flagged as (
    select
        field_values.* exclude (field_value),
        {{ listed_text('field_values.field_value') }} as field_value,
        incidents.reference,
        coalesce(
            (incidents.is_private or {{ is_pii_hashed() }}) and field_values.value_kind in ('text', 'link'), false
        ) as is_masked
    from field_values
    inner join incidents on field_values.incident_id = incidents.incident_id
    left join personal_texts on {{ personal_text_key('field_values.field_value') }} = personal_texts.text_key
)

select
    incident_id,
    reference,
    custom_field_id,
    custom_field_name,
    field_type,
    value_number,
    value_kind,
    option_id,
    catalog_entry_id,
    external_id,
    case when not is_masked then field_value end as field_value,
    case when value_kind = 'numeric' then {{ parse_number('field_value') }} end as numeric_value,
    is_masked
from flagged
