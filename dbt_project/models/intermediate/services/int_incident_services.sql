-- One row per incident and service linked to it by a custom field, with the instant and local date on which its owner is
-- asked for.
{{ incremental_by('incident_id') }}

with

field_values as (
    select * from {{ ref('int_incident_field_values') }}
    where catalog_entry_id is not null
),

services as (
    select
        service_id,
        catalog_type_id,
        service_name
    from {{ ref('int_services') }}
),

incidents as (
    select
        incident_id,
        occurred_at
    from {{ ref('int_incidents') }}
)

select distinct
    field_values.incident_id,
    services.service_id,
    services.service_name,
    incidents.occurred_at,
    {{ local_date('incidents.occurred_at') }} as occurred_date
from field_values
inner join services
    on
        field_values.catalog_entry_id = services.service_id
        and field_values.catalog_type_id = services.catalog_type_id
inner join incidents on field_values.incident_id = incidents.incident_id
