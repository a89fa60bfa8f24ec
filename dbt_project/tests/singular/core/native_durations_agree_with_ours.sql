-- A failing row is an incident whose duration in incident.io and ours of that meaning differ by more than a minute: see has_gap
-- in fct_incident_native_durations. Either they are defined differently (another start, or the first resolution of a
-- reopened incident), or a timestamp is wrong; native_duration_map says what is compared.
-- Severity warn, because both numbers are published as what they are, and an account may mean the difference.
{{ config(severity='warn') }}

select native_durations.*
from {{ ref('fct_incident_native_durations') }} as native_durations
inner join {{ ref('fct_incidents') }} as incidents on native_durations.incident_id = incidents.incident_id
where native_durations.has_gap and incidents.is_eligible
