-- One row per scope and local day on which anything happened: the additive parts of every count. All periods are roll-ups of this.
-- The workload is counted once, on the day of the occurrence. Each kind of event is added up by itself, because the rows of all
-- kinds together would be four times the memberships, and no CTE holds the memberships, because it would be kept in memory.
{{ incremental_by('local_date') }}
with

incidents as (
    select
        dates.*,
        incidents.reopened_count > 0 as was_reopened,
    {% for part in workload_parts() %}
        incidents.workload_minutes_{{ part }}{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('int_incident_dates') }} as dates
    inner join {{ ref('int_incidents') }} as incidents on dates.incident_key = incidents.incident_key
),

follow_up_days as (
    select * from {{ ref('int_follow_up_days') }}
),

-- Workload is added up as decimals, as the weights are: a sum of doubles depends on the order in which threads add them.
occurred as (
    select
        memberships.scope_key,
        incidents.occurred_date as local_date,
        count(*) filter (where memberships.is_counted) as count_occurred,
        sum(memberships.weight) as weight_occurred,
        count(*) filter (where memberships.is_led) as count_led,
        count(*) filter (where memberships.is_involved) as count_involved,
        count(*) filter (where memberships.is_reported) as count_reported,
    {% for part in workload_parts() %}
        sum(cast(
            incidents.workload_minutes_{{ part }} * cast(coalesce(memberships.weight, 1) as double) as decimal(18, 9)
            )) filter (where memberships.is_counted) as minutes_{{ part }}{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('int_incident_scopes') }} as memberships
    inner join incidents on memberships.incident_key = incidents.incident_key
    where incidents.occurred_date is not null
    group by memberships.scope_key, incidents.occurred_date
),

resolved as (
    select
        memberships.scope_key,
        incidents.resolved_date as local_date,
        count(*) as count_resolved,
        count(*) filter (where incidents.was_reopened) as count_resolved_reopened
    from {{ ref('int_incident_scopes') }} as memberships
    inner join incidents on memberships.incident_key = incidents.incident_key
    where memberships.is_counted and incidents.resolved_date is not null
    group by memberships.scope_key, incidents.resolved_date
),

ended as (
    select
        memberships.scope_key,
        incidents.ended_date as local_date,
        count(*) as count_ended
    from {{ ref('int_incident_scopes') }} as memberships
    inner join incidents on memberships.incident_key = incidents.incident_key
    where memberships.is_counted and incidents.ended_date is not null
    group by memberships.scope_key, incidents.ended_date
),

followed_up as (
    select
        memberships.scope_key,
        follow_up_days.created_date as local_date,
        sum(follow_up_days.count_created) as count_follow_ups,
        sum(follow_up_days.count_completed) as count_follow_ups_completed
    from {{ ref('int_incident_scopes') }} as memberships
    inner join follow_up_days on memberships.incident_key = follow_up_days.incident_key
    group by memberships.scope_key, follow_up_days.created_date
)

select
    scope_key,
    local_date,
    coalesce(occurred.count_occurred, 0) as count_occurred,
    coalesce(occurred.weight_occurred, 0) as weight_occurred,
    coalesce(occurred.count_led, 0) as count_led,
    coalesce(occurred.count_involved, 0) as count_involved,
    coalesce(occurred.count_reported, 0) as count_reported,
    {% for part in workload_parts() %}
        coalesce(occurred.minutes_{{ part }}, 0) as minutes_{{ part }},
    {% endfor %}
    coalesce(resolved.count_resolved, 0) as count_resolved,
    coalesce(resolved.count_resolved_reopened, 0) as count_resolved_reopened,
    coalesce(ended.count_ended, 0) as count_ended,
    coalesce(followed_up.count_follow_ups, 0) as count_follow_ups,
    coalesce(followed_up.count_follow_ups_completed, 0) as count_follow_ups_completed
-- On any side of a join the day of a scope may be missing.
from occurred
full outer join resolved using (scope_key, local_date) -- noqa: ST07
full outer join ended using (scope_key, local_date) -- noqa: ST07
full outer join followed_up using (scope_key, local_date) -- noqa: ST07
