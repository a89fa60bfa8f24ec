-- One row per merged incident: the incident it was merged into, by the latest update that names one.
{{ incremental_by('incident_id') }}

select
    incident_id,
    max_by(merged_into_incident_id, struct_pack(created_at := created_at, id := incident_update_id)) as merged_into_incident_id
from {{ ref('stg_incident_io__incident_updates') }}
where merged_into_incident_id is not null
group by incident_id
