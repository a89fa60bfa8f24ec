-- One row per link between an incident and an alert. The incident's status is the copy embedded in the link.
with

incident_alerts as (
    select * from {{ source('raw_incident_io', 'incident_alerts') }}
)

select
    id as incident_alert_id,
    {{ json_text('incident', '$.id') }} as incident_id,
    {{ json_text('alert', '$.id') }} as alert_id,
    alert_route_id,

    {{ status_category(json_text('incident', '$.status_category')) }} as incident_status_category,
    {{ status_class(status_category(json_text('incident', '$.status_category'))) }} as incident_status_class,
    {{ json_text('alert', '$.status') }} as alert_status,

    deleted_at
from incident_alerts
