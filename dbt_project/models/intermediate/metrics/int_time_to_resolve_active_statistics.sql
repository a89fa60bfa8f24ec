{{ config(materialized='table') }}
-- One row per grain, scope (people have no durations) and period in which a time_to_resolve_active ended: its statistics in hours.
{{ duration_statistics('time_to_resolve_active') }}
