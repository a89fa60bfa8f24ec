-- One row per grain, scope (people have no durations) and period in which an impact_duration of an incident ended: its statistics in hours.
{{ config(materialized='table') }}

{{ duration_statistics('impact_duration') }}
