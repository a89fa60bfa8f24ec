-- One row per scope, value of a dimension and month in which a time to resolve of an incident with it ended: its statistics in
-- hours.
{{ config(materialized='table') }}

{{ dimension_statistics('month') }}
