-- One row per scope, severity and period in which an incident of it occurred: how many did. Counted by numbers alone, because there
-- are millions of memberships.
{{ incremental_by('period_key') }}

with

incidents as (
    select
        incidents.incident_key,
        severities.severity_number,
        dates.occurred_date
    from {{ ref('int_incidents') }} as incidents
    inner join {{ ref('int_incident_dates') }} as dates on incidents.incident_key = dates.incident_key
    inner join {{ ref('int_severities') }} as severities
        on
            {{ published_severity('incidents.severity_name') }} = severities.severity_name
            and incidents.severity_rank is not distinct from severities.severity_rank
),

incident_scopes as (
    select
        incident_key,
        scope_key
    from {{ ref('int_incident_scopes') }}
    where is_counted
),

dated_incidents as (
    select
        incidents.incident_key,
        incidents.severity_number,
    {% for grain in grains() %}
        days.{{ grain }}_key{{ ',' if not loop.last }}
    {% endfor %}
    from incidents
    inner join {{ ref('int_period_days') }} as days on incidents.occurred_date = days.local_date
)

{% for grain in grains() %}
    select
        incident_scopes.scope_key,
        dated_incidents.severity_number,
        dated_incidents.{{ grain }}_key as period_key,
        count(*) as total_incidents
    from incident_scopes
    inner join dated_incidents on incident_scopes.incident_key = dated_incidents.incident_key
    where dated_incidents.{{ grain }}_key is not null
    group by incident_scopes.scope_key, dated_incidents.severity_number, dated_incidents.{{ grain }}_key
    {{ 'union all' if not loop.last }}
{% endfor %}
