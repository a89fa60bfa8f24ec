-- One row per incident that counts and countable event of its life, or of a follow-up of it, on its local day, at or before the
-- instant of the run: 'occurred', 'resolved' and 'ended', the end of being open; 'follow_up_created' on the day of the creation,
-- and 'follow_up_completed' on that same day when it was completed within 30 days, so that both make one ratio.
-- An incident with a resolution before its occurrence was never open: it ends where it began, so that the number of
-- open incidents never goes below zero. The workload is counted once, where the incident occurred.
with

incidents as (
    select
        *,
        case when resolved_at is not null then greatest(occurred_at, resolved_at) end as ended_at
    from {{ ref('int_incidents') }}
    where is_eligible
),

follow_ups as (
    select
        incident_id,
        created_at as follow_up_created_at,
        case when is_completed_within_30_days then created_at end as follow_up_completed_at
    from {{ ref('int_follow_ups') }}
    where is_counted
),

happenings as (
    {% for event in ['occurred', 'resolved', 'ended', 'follow_up_created', 'follow_up_completed'] %}
        select
            incident_id,
            '{{ event }}' as event,
            {{ event }}_at as happened_at
        from {{ 'follow_ups' if event.startswith('follow_up') else 'incidents' }}
        where {{ event }}_at <= {{ as_of() }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    happenings.incident_id,
    happenings.event,
    {{ local_date('happenings.happened_at') }} as local_date,
    {% for part in workload_parts() %}
        case
            when happenings.event = 'occurred' then incidents.workload_minutes_{{ part }}
        end as workload_minutes_{{ part }},
    {% endfor %}
    incidents.reopened_count > 0 as was_reopened
from happenings
inner join incidents on happenings.incident_id = incidents.incident_id
