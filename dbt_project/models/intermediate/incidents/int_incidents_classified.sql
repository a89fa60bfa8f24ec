-- One row per incident: its status, severity and type as the account defines them today.
-- Statuses, severities and types are renamed and re-ranked without touching the incident, so the definition with the
-- same id wins over the copy embedded in the incident; the copy serves where the definition is gone.
{{ incremental_by('incident_id') }}

with

incidents as (
    select * from {{ ref('stg_incident_io__incidents') }}
),

incident_keys as (
    select * from {{ ref('int_incident_keys') }}
),

statuses as (
    select * from {{ ref('stg_incident_io__incident_statuses') }}
),

severities as (
    select * from {{ ref('stg_incident_io__severities') }}
),

incident_types as (
    select * from {{ ref('stg_incident_io__incident_types') }}
),

defined as (
    select
        incidents.incident_id,
        incident_keys.incident_key,
        incidents.reference,
        incidents.incident_name as name,
        incidents.permalink,
        incidents.mode,
        incidents.visibility,
        incidents.is_private,
        incidents.status_id,
        coalesce(statuses.status_name, incidents.status_name) as status_name,
        coalesce(statuses.status_category, incidents.status_category) as status_category,
        incidents.severity_id,
        coalesce(severities.severity_name, incidents.severity_name) as severity_name,
        coalesce(severities.severity_rank, incidents.severity_rank) as severity_rank,
        incidents.incident_type_id,
        coalesce(incident_types.incident_type_name, incidents.incident_type_name) as incident_type,
        incidents.workload_minutes_total,
        incidents.workload_minutes_working,
        incidents.workload_minutes_late,
        incidents.workload_minutes_sleeping,
        incidents.created_at,
        incidents.updated_at,
        incidents.deleted_at
    from incidents
    inner join incident_keys on incidents.incident_id = incident_keys.incident_id
    left join statuses on incidents.status_id = statuses.status_id
    left join severities on incidents.severity_id = severities.severity_id
    left join incident_types on incidents.incident_type_id = incident_types.incident_type_id
)

select
    *,
    {{ status_class('status_category') }} as status_class
from defined
