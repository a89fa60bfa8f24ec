-- One row per service of the catalog, and per service that left it but is named by an incident.
select
    service_id,
    service_name,
    external_id,
    catalog_type_id,
    is_archived
from {{ ref('int_services') }}
order by service_id
