-- One row per incident and duration metric of the account that incident.io has computed from the timestamps the incident has
-- now (status success): its whole seconds. Any other status goes with no value or with one of earlier timestamps. The only
-- model that reads the JSON of the duration metrics.
{{ incremental_by('incident_id') }}

with

exploded as (
    select
        incident_id,
        updated_at,
        {{ json_elements(
            'duration_metrics',
            '{"duration_metric": {"id": "VARCHAR", "name": "VARCHAR"}, "status": "VARCHAR", "value_seconds": "BIGINT"}'
        ) }} as entry
    from {{ ref('stg_incident_io__incidents') }}
),

computed as (
    select
        incident_id,
        updated_at,
        entry.duration_metric.id as duration_metric_id,
        entry.duration_metric.name as embedded_name,
        entry.value_seconds as seconds
    from exploded
    where entry.status = 'success' and entry.value_seconds >= 0 and entry.duration_metric.id is not null
)

select
    incident_id,
    duration_metric_id,
    min(embedded_name) as embedded_name,
    min(updated_at) as updated_at,
    min(seconds) as seconds
from computed
group by incident_id, duration_metric_id
