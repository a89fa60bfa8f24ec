-- One row per incident that counts and countable event of its life, on its local day, at or before the instant of the
-- run: 'occurred', 'resolved' and 'ended', the end of being open.
-- An incident with a resolution before its occurrence was never open: it ends where it began, so that the number of
-- open incidents never goes below zero.
with

incidents as (
    select
        incident_id,
        occurred_at,
        resolved_at,
        case when resolved_at is not null then greatest(occurred_at, resolved_at) end as ended_at,
        reopened_count > 0 as was_reopened
    from {{ ref('int_incidents') }}
    where is_eligible
)

{% for event in ['occurred', 'resolved', 'ended'] %}
    select
        incident_id,
        '{{ event }}' as event,
        {{ local_date(event ~ '_at') }} as local_date,
        was_reopened
    from incidents
    where {{ event }}_at <= {{ as_of() }}
    {{ 'union all' if not loop.last }}
{% endfor %}
