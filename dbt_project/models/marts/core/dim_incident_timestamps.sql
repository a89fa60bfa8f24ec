-- One row per incident timestamp that the account defines, deleted ones too: what a row of timestamp_roles.csv can name.
with

incident_timestamps as (
    select
        *,
        {{ timestamp_name_key('timestamp_name') }} as timestamp_name_key
    from {{ ref('stg_incident_io__incident_timestamps') }}
),

roles_of_names as (
    select
        timestamp_name_key,
        list(role order by role) as roles
    from {{ ref('int_timestamp_roles') }}
    group by timestamp_name_key
)

select
    incident_timestamps.timestamp_id,
    incident_timestamps.timestamp_name,
    incident_timestamps.timestamp_name_key,
    roles_of_names.roles,
    incident_timestamps.deleted_at
from incident_timestamps
left join roles_of_names on incident_timestamps.timestamp_name_key = roles_of_names.timestamp_name_key
order by incident_timestamps.timestamp_id
