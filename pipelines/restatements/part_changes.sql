-- One row per changed incident, scope, event and local date that counts on one side only: what moves the totals, and why.
with

old_parts as (
    select
        old_scopes.*,
        events.event,
        case events.event when 'occurred' then incidents.old_occurred_date else incidents.old_resolved_date end
            as local_date,
        case events.event when 'resolved' then incidents.old_seconds end as seconds
    from old_scopes
    inner join changed_incidents as incidents on old_scopes.incident_id = incidents.incident_id
    cross join (values ('occurred'), ('resolved')) as events (event)
    where incidents.was_eligible
),

new_parts as (
    select
        new_scopes.*,
        events.event,
        case events.event when 'occurred' then incidents.new_occurred_date else incidents.new_resolved_date end
            as local_date,
        case events.event when 'resolved' then incidents.new_seconds end as seconds
    from new_scopes
    inner join changed_incidents as incidents on new_scopes.incident_id = incidents.incident_id
    cross join (values ('occurred'), ('resolved')) as events (event)
    where incidents.is_eligible
),

differing_parts as (
    (
        select * from old_parts
        except
        select * from new_parts
    )

    union all

    (
        select * from new_parts
        except
        select * from old_parts
    )
),

-- In the scope on both sides: then it is not the credit or the hierarchy that differs, but the incident's own part.
shared_scopes as (
    select * from old_scopes
    intersect
    select * from new_scopes
)

select distinct
    differing_parts.incident_id,
    differing_parts.scope_type,
    differing_parts.scope_id,
    differing_parts.rollup,
    differing_parts.event,
    differing_parts.local_date,
    case
        when shared_scopes.incident_id is null and incidents.was_eligible and incidents.is_eligible
            then coalesce(incident_reasons.credit_reason, 'hierarchy_edit')
        else incident_reasons.state_reason
    end as reason
from differing_parts
inner join changed_incidents as incidents on differing_parts.incident_id = incidents.incident_id
inner join incident_reasons on differing_parts.incident_id = incident_reasons.incident_id
left join shared_scopes
    on
        differing_parts.incident_id = shared_scopes.incident_id
        and differing_parts.scope_type = shared_scopes.scope_type
        and differing_parts.scope_id = shared_scopes.scope_id
        and differing_parts.rollup = shared_scopes.rollup
where differing_parts.local_date is not null
