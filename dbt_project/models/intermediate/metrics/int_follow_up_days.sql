-- One row per incident that counts and local day on which a follow-up of it was created that is counted: how many, and how many
-- of them were completed within 30 days, so that both make one ratio of the day of the creation.
{{ incremental_by('incident_key') }}
{{ built_after('int_former_days') }}

with

incidents as (
    select
        incident_id,
        incident_key
    from {{ ref('int_incidents') }}
    where is_eligible
),

follow_ups as (
    select
        incident_id,
        {{ local_date('created_at') }} as created_date,
        is_completed_within_30_days
    from {{ ref('int_follow_ups') }}
    where is_counted and created_at <= {{ as_of() }} and {{ only_changed('incident_id', 'incident_id') }}
)

select
    incidents.incident_key,
    follow_ups.created_date,
    count(*) as count_created,
    count(*) filter (where follow_ups.is_completed_within_30_days) as count_completed
from follow_ups
inner join incidents on follow_ups.incident_id = incidents.incident_id
group by incidents.incident_key, follow_ups.created_date
