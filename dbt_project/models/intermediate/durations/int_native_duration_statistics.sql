-- One row per scope, duration metric of the account and period in which an incident with a value of it was resolved: its
-- statistics in hours. People have rows only with the variable person_durations.
{{ incremental_by('period_key') }}

with

incidents as (
    select
        incidents.incident_id,
        incidents.incident_key,
        dates.resolved_date
    from {{ ref('int_incidents') }} as incidents
    inner join {{ ref('int_incident_dates') }} as dates on incidents.incident_key = dates.incident_key
    where dates.resolved_date is not null
),

native_durations as (
    select * from {{ ref('int_native_durations') }}
),

measured as (
    select
        incidents.incident_key,
        native_durations.duration_metric_key,
        incidents.resolved_date as local_date,
        native_values.seconds
    from {{ ref('int_native_duration_values') }} as native_values
    inner join native_durations on native_values.duration_metric_id = native_durations.duration_metric_id
    inner join incidents on native_values.incident_id = incidents.incident_id
),

{{ hour_statistics(['duration_metric_key']) }}
