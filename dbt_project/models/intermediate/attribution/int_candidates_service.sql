-- One row per incident, linked service and team that owned it when the incident occurred. Where only an owner of another
-- time is known (today's catalog, or the first row of the seed) the ownership is marked as assumed.
with

incident_services as (
    select * from {{ ref('int_incident_services') }}
),

intervals as (
    select * from {{ ref('int_service_ownership_intervals') }}
),

owners as (
    select
        incident_services.incident_id,
        incident_services.service_name,
        intervals.*,
        min(intervals.preference) over (
            partition by incident_services.incident_id, incident_services.service_id
        ) as best_preference
    from incident_services
    inner join intervals
        on
            incident_services.service_id = intervals.service_id
            and incident_services.occurred_date >= coalesce(intervals.owned_from, incident_services.occurred_date)
            and (intervals.owned_to is null or incident_services.occurred_date < intervals.owned_to)
            and (intervals.applies_before is null or incident_services.occurred_date < intervals.applies_before)
)

select
    incident_id,
    team_id,
    service_name as source_name,
    source_value,
    false as is_free_text,
    matched_by,
    cast(null as integer) as field_priority,
    false as is_outranked,
    case when seed_line is not null then 'service_ownership.csv' end as seed_file,
    seed_line,
    owned_from,
    owned_to,
    preference > 1 as ownership_assumed
from owners
where preference = best_preference
