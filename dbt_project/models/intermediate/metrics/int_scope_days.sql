-- One row per scope and local day on which anything happened: the additive parts of every count. All periods are
-- roll-ups of this.
{{ config(materialized='table') }}

with

incident_scopes as (
    select * from {{ ref('int_incident_scopes') }}
),

events as (
    select * from {{ ref('int_incident_events') }}
),

happenings as (
    select
        incident_scopes.*,
        events.event,
        events.local_date,
        events.was_reopened,
        {% for part in workload_parts() %}
            events.workload_minutes_{{ part }},
        {% endfor %}
        cast(coalesce(incident_scopes.weight, 1) as double) as share
    from incident_scopes
    inner join events on incident_scopes.incident_id = events.incident_id
)

-- Workload is added up as decimals, as the weights are: a sum of doubles depends on the order in which threads add them.
select
    scope_key,
    local_date,
    count(*) filter (where event = 'occurred' and is_counted) as count_occurred,
    coalesce(sum(weight) filter (where event = 'occurred'), 0) as weight_occurred,
    count(*) filter (where event = 'occurred' and is_led) as count_led,
    count(*) filter (where event = 'occurred' and is_involved) as count_involved,
    count(*) filter (where event = 'occurred' and is_reported) as count_reported,
    count(*) filter (where event = 'resolved' and is_counted) as count_resolved,
    count(*) filter (where event = 'resolved' and is_counted and was_reopened) as count_resolved_reopened,
    count(*) filter (where event = 'ended' and is_counted) as count_ended,
    {% for part in workload_parts() %}
        coalesce(
            sum(cast(workload_minutes_{{ part }} * share as decimal(18, 9))) filter (where is_counted), 0
        ) as minutes_{{ part }},
    {% endfor %}
    count(*) filter (where event = 'follow_up_created') as count_follow_ups,
    count(*) filter (where event = 'follow_up_completed') as count_follow_ups_completed
from happenings
group by scope_key, local_date
