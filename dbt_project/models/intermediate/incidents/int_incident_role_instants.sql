-- One row per incident with at least one set timestamp that plays a role: the instant of each role.
-- A role takes the first of its timestamps, in the order of the role, that is set. The only model that reads the
-- JSON of the timestamps.
{{ incremental_by('incident_id') }}

with

incidents as (
    select
        incident_id,
        timestamp_values
    from {{ ref('stg_incident_io__incidents') }}
),

timestamp_roles as (
    select * from {{ ref('int_timestamp_roles') }}
),

-- Folded here, once per definition, and not once per incident.
definitions as (
    select
        timestamp_id,
        {{ timestamp_name_key('timestamp_name') }} as timestamp_name_key
    from {{ ref('stg_incident_io__incident_timestamps') }}
),

exploded as (
    select
        incident_id,
        {{ json_elements(
            'timestamp_values',
            '{"incident_timestamp": {"id": "VARCHAR", "name": "VARCHAR"}, "value": {"value": "VARCHAR"}}'
        ) }} as entry
    from incidents
),

set_timestamps as (
    select
        incident_id,
        entry.incident_timestamp.id as timestamp_id,
        entry.incident_timestamp.name as embedded_name,
        try_cast(entry.value.value as timestamp with time zone) as set_at
    from exploded
    where entry.value.value is not null
),

-- Definitions can be renamed without touching the incident, so the embedded name only serves where no definition
-- is left.
named_timestamps as (
    select
        set_timestamps.incident_id,
        set_timestamps.set_at,
        case
            when definitions.timestamp_id is not null then definitions.timestamp_name_key
            else {{ timestamp_name_key('set_timestamps.embedded_name') }}
        end as timestamp_name_key
    from set_timestamps
    left join definitions on set_timestamps.timestamp_id = definitions.timestamp_id
),

-- Two definitions may share a name; the earlier instant wins then, so that the order of the array has no say.
role_candidates as (
    select
        named_timestamps.incident_id,
        timestamp_roles.role,
        struct_pack(role_order := timestamp_roles.role_order, set_at := named_timestamps.set_at) as candidate
    from named_timestamps
    inner join timestamp_roles on named_timestamps.timestamp_name_key = timestamp_roles.timestamp_name_key
    where named_timestamps.set_at is not null
)

select
    incident_id,
{% for role in ['declared', 'reported', 'acknowledged', 'impact_started', 'mitigated', 'resolved', 'closed'] %}
    min(candidate) filter (where role = '{{ role }}').set_at as {{ role }}_at{{ ',' if not loop.last }}
{% endfor %}
from role_candidates
group by incident_id
