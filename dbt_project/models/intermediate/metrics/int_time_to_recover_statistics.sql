-- One row per grain, scope (people have no durations) and period in which a time_to_recover of an incident ended: its statistics in hours.
{{ config(materialized='table') }}

{{ duration_statistics('time_to_recover') }}
