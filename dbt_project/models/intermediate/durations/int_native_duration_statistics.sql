-- One row per grain, scope, duration metric of the account and period in which an incident with a value of it was resolved:
-- its statistics in hours. People have rows only with the variable person_durations.
{{ config(materialized='table') }}

with

incidents as (
    select
        incident_id,
        resolved_at
    from {{ ref('int_incidents') }}
    where is_eligible and resolved_at <= {{ as_of() }}
),

measured as (
    select
        native_values.incident_id,
        native_values.duration_metric_id,
        {{ local_date('incidents.resolved_at') }} as local_date,
        native_values.seconds
    from {{ ref('int_native_duration_values') }} as native_values
    inner join incidents on native_values.incident_id = incidents.incident_id
),

{{ hour_statistics(['duration_metric_id']) }}
