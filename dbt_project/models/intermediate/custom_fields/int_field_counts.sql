-- One row per block of incidents and custom field that one of them which counts has a value of, masked ones too: how many have. Not
-- the sum over the values, because an incident may carry several.
{{ incremental_by('incident_block') }}

with

field_values as (
    select
        incident_id,
        custom_field_id
    from {{ ref('fct_incident_custom_fields') }}
),

incidents as (
    select
        incident_id,
        {{ incident_block('incident_key') }} as incident_block
    from {{ ref('int_incidents') }}
    where is_eligible
)

select
    incidents.incident_block,
    field_values.custom_field_id,
    count(distinct field_values.incident_id) as count_incidents
from field_values
inner join incidents on field_values.incident_id = incidents.incident_id
group by incidents.incident_block, field_values.custom_field_id
