-- One row per grain, scope (people have no durations) and period in which a impact_duration ended: its statistics in hours.
{{ config(materialized='table') }}

{{ duration_statistics('impact_duration') }}
