-- One row per incident, linked service and team that owned it when the incident occurred, as far as any source says so.
-- Of the sources the strongest speaks alone for a service; what the others say stays as outranked evidence.
{{ config(meta={'rows_of': 'incident'}) }}

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
            and (intervals.holds_from_date is null or incident_services.occurred_date >= intervals.holds_from_date)
            and (intervals.holds_to_date is null or incident_services.occurred_date < intervals.holds_to_date)
            and (intervals.holds_from_at is null or incident_services.occurred_at >= intervals.holds_from_at)
            and (intervals.holds_to_at is null or incident_services.occurred_at < intervals.holds_to_at)
)

select
    incident_id,
    team_id,
    service_name as source_name,
    source_value,
    false as is_free_text,
    matched_by,
    cast(null as integer) as field_priority,
    -- At any time the catalog has one answer, so that only the seed can outrank it.
    case when preference > best_preference then 'service_ownership.csv' end as outranked_by,
    case when seed_line is not null then 'service_ownership.csv' end as seed_file,
    seed_line,
    owned_from,
    owned_to,
    preference > 2 as ownership_assumed
from owners
