-- A failing row is an incident that counts and is dated before the variable earliest_incident_date: most likely a timestamp with
-- a mistyped year. Correct it in incident.io; until then the incident is in no period, and its duration is of no use.
-- Severity warn, because one wrong timestamp must not keep all other numbers from being published.
{{ config(severity='warn') }}

select
    incident_id,
    reference,
    occurred_at,
    occurred_date
from {{ ref('fct_incidents') }}
where is_eligible and occurred_date < cast('{{ var("earliest_incident_date") }}' as date)
