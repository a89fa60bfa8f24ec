-- One row per scope, duration metric of the account and period in which an incident with a value of it was resolved: its
-- statistics in hours. People have rows only with the variable person_durations.
{{ config(materialized='table') }}

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

measured as (
    select
        incidents.incident_key,
        native_values.duration_metric_key,
        incidents.resolved_date as local_date,
        native_values.seconds
    from {{ ref('int_native_duration_values') }} as native_values
    inner join incidents on native_values.incident_id = incidents.incident_id
),

{{ hour_statistics(['duration_metric_key']) }}
